#include "beam/io/posix_error.h"

#include <cerrno>
#include <system_error>

#include "beam/base/error.h"
#include "beam/io/path_text.h"

namespace beam::internal {
namespace {

const char* Remedy(int error_number) {
  switch (error_number) {
    case ENOENT: return "check the name, or whether it was deleted or moved meanwhile";
    case EACCES:
    case EPERM: return "give this user the permission, or run as one that has it";
    case ENOTDIR: return "a part of the path is a file, not a folder";
    case EISDIR: return "it is a folder, not a file";
    case EEXIST: return "something else is there: move it away";
    case ENOTEMPTY: return "empty the folder first";
    case ELOOP: return "its symbolic links go in a circle: mend or delete them";
    case ENAMETOOLONG: return "shorten the path, or start from a folder nearer to it";
    case EMFILE:
    case ENFILE: return "raise the limit of open files (ulimit -n)";
    case EFBIG: return "raise the limit of file sizes (ulimit -f), or write to a file system that takes larger files";
    case ENOSPC: return "free some space on that disk, or write to another";
    case EDQUOT: return "free some of this user's quota, or write elsewhere";
    case EROFS: return "that file system is read-only: write elsewhere";
    case EXDEV: return "source and target must be on one file system";
    case ESTALE: return "the network file system has lost it: mount it again";
    case EIO: return "the disk or the network behind it fails: check the system log";
    default: return "check the path and the file system it is on";
  }
}

}  // namespace

std::string ErrnoText(std::string_view what, std::string_view path, int error_number) {
  return "cannot " + std::string(what) + " " + Quoted(path) + ": " + std::generic_category().message(error_number)
      + "; " + Remedy(error_number);
}

void ThrowErrno(std::string_view what, std::string_view path, int error_number) {
  throw Error(ErrnoText(what, path, error_number));
}

}  // namespace beam::internal
