#include "beam/io/local_folder.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/local_file_system.h"
#include "beam/io/path_text.h"
#include "beam/io/posix_error.h"
#include "beam/io/unique_fd.h"

namespace beam::internal {
namespace {

constexpr std::size_t kFilesPerPiece = 256;
constexpr std::size_t kPiecesPerCut = 16;

struct CloseDir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

// Opens a folder; an invalid descriptor if it is not there.
UniqueFd OpenFolder(const std::string& text, bool is_root) {
  const int follow = is_root ? 0 : O_NOFOLLOW;
  const std::string path = SystemPath(text);
  UniqueFd fd(::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | follow));
  // ELOOP: replaced by a symbolic link since its parent was read.
  if (!fd.valid() && errno != ENOENT && errno != ENOTDIR && (is_root || errno != ELOOP)) {
    ThrowErrno("list the folder", text.empty() ? "." : text, errno);
  }
  return fd;
}

// Sorts by name and keeps the first `count` entries, with their names alone.
void KeepFirst(FolderNames& names, std::size_t count) {
  const auto by_name = [&](const FolderNames::Entry& a, const FolderNames::Entry& b) {
    return names.Name(a) < names.Name(b);
  };
  if (names.entries.size() > count) {
    std::nth_element(names.entries.begin(), names.entries.begin() + static_cast<std::ptrdiff_t>(count),
                     names.entries.end(), by_name);
    names.entries.resize(count);
    names.is_whole = false;
  }
  std::sort(names.entries.begin(), names.entries.end(), by_name);
  if (names.is_whole) return;
  std::string kept;
  for (FolderNames::Entry& entry : names.entries) {
    const std::string_view name = names.Name(entry);
    entry.offset = static_cast<std::uint32_t>(kept.size());
    kept += name;
  }
  names.names = std::move(kept);
}

}  // namespace

double ModificationTime(const struct stat& status) {
  return static_cast<double>(status.st_mtim.tv_sec) + static_cast<double>(status.st_mtim.tv_nsec) * 1e-9;
}

FolderReader::FolderReader(std::string prefix, ListOptions options, std::size_t names_per_pass)
    : prefix_(std::move(prefix)),
      options_(std::move(options)),
      names_per_pass_(names_per_pass),
      held_(std::make_shared<NameCounter>(0)) {}

FolderPiece FolderReader::Root() const {
  const std::size_t scheme = SchemeOf(prefix_).empty() ? 0 : prefix_.find("://") + 3;
  const std::size_t slash = prefix_.rfind('/');
  const std::size_t size = slash == std::string::npos ? 0 : std::max(scheme, slash + 1);
  FolderPiece piece{FolderPiece::Kind::kFolder};
  piece.path = prefix_.substr(0, size);
  piece.is_root = true;
  return piece;
}

std::list<FolderPiece> FolderReader::Expand(const FolderPiece& piece) const {
  if (piece.kind == FolderPiece::Kind::kFiles) {
    std::list<FolderPiece> done;
    done.push_back({FolderPiece::Kind::kEntries});
    done.back().entries = LookAt(piece);
    return done;
  }
  if (piece.kind == FolderPiece::Kind::kRest) return CutUp(piece);
  FolderPiece rest{FolderPiece::Kind::kRest};
  rest.names = ReadNames(piece);
  rest.end = rest.names->entries.size();
  return CutUp(rest);
}

bool FolderReader::MayHoldEntries(std::string_view folder) const {
  if (!folder.starts_with(prefix_)) return false;
  // Everything below a folder sorts on the same side of start_after as the folder, unless start_after lies inside it.
  if (folder <= options_.start_after && !std::string_view(options_.start_after).starts_with(folder)) return false;
  return !options_.descend || options_.descend(folder);
}

bool FolderReader::IsEntry(std::string_view path) const {
  return path > options_.start_after && path.starts_with(prefix_) && (!options_.keep || options_.keep(path));
}

std::shared_ptr<const FolderNames> FolderReader::ReadNames(const FolderPiece& folder) const {
  auto names = std::make_unique<FolderNames>();
  names->text = folder.path;
  names->is_root = folder.is_root;
  UniqueFd fd = OpenFolder(folder.path, folder.is_root);
  if (!fd.valid()) return names;
  const std::unique_ptr<DIR, CloseDir> dir(::fdopendir(fd.get()));
  if (!dir) ThrowErrno("list the folder", folder.path, errno);
  const int folder_fd = fd.release();

  std::string path = folder.path;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(dir.get());
    if (entry == nullptr) break;
    if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
    path.resize(folder.path.size());
    AddName(*names, folder, folder_fd, entry->d_name, entry->d_type, path);
    if (names->entries.size() == 2 * names_per_pass_) KeepFirst(*names, names_per_pass_);
  }
  if (errno != 0) ThrowErrno("list the folder", folder.path, errno);

  KeepFirst(*names, names_per_pass_);
  *held_ += names->entries.size();
  return {names.release(), [held = held_](const FolderNames* done) {
            *held -= done->entries.size();
            delete done;
          }};
}

// `path` is the folder's text, to be used as scratch space.
void FolderReader::AddName(FolderNames& names, const FolderPiece& folder, int folder_fd, const char* name,
                           unsigned char type, std::string& path) const {
  if (type == DT_UNKNOWN) {
    struct stat status{};
    if (::fstatat(folder_fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return;  // deleted since it was read
    type = static_cast<unsigned char>(IFTODT(status.st_mode));
  }
  path += name;
  const bool is_folder = type == DT_DIR;
  if (is_folder) path += '/';
  const std::string_view kept = std::string_view(path).substr(folder.path.size());
  if (kept <= folder.after) return;
  if (is_folder && options_.recursive ? !MayHoldEntries(path) : !IsEntry(path)) return;
  if (names.names.size() + kept.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw Error("the folder " + Quoted(names.text) + " holds more than 4 GiB of names: split it into several");
  }
  names.entries.push_back(
      {static_cast<std::uint32_t>(names.names.size()), static_cast<std::uint16_t>(kept.size()), is_folder});
  names.names += kept;
}

std::list<FolderPiece> FolderReader::CutUp(const FolderPiece& rest) const {
  std::list<FolderPiece> pieces;
  const std::vector<FolderNames::Entry>& entries = rest.names->entries;
  const auto is_folder_piece = [&](std::size_t i) { return entries[i].is_folder && options_.recursive; };
  std::size_t i = rest.begin;
  while (i < rest.end && pieces.size() < kPiecesPerCut) {
    if (is_folder_piece(i)) {
      pieces.push_back({FolderPiece::Kind::kFolder});
      pieces.back().path = rest.names->text;
      pieces.back().path += rest.names->Name(entries[i++]);
      continue;
    }
    const std::size_t begin = i;
    while (i < rest.end && i - begin < kFilesPerPiece && !is_folder_piece(i)) ++i;
    pieces.push_back({FolderPiece::Kind::kFiles});
    pieces.back().names = rest.names;
    pieces.back().begin = begin;
    pieces.back().end = i;
  }
  if (i < rest.end) {
    pieces.push_back({FolderPiece::Kind::kRest});
    pieces.back().names = rest.names;
    pieces.back().begin = i;
    pieces.back().end = rest.end;
  } else if (!rest.names->is_whole) {
    pieces.push_back({FolderPiece::Kind::kFolder});
    pieces.back().path = rest.names->text;
    pieces.back().is_root = rest.names->is_root;
    pieces.back().after = rest.names->Name(entries.back());
  }
  return pieces;
}

std::vector<FileMetadata> FolderReader::LookAt(const FolderPiece& files) const {
  const FolderNames& names = *files.names;
  std::vector<FileMetadata> found;
  const UniqueFd folder = OpenFolder(names.text, names.is_root);
  if (!folder.valid()) return found;  // deleted meanwhile, with everything in it
  found.reserve(files.end - files.begin);
  std::string name;
  for (std::size_t i = files.begin; i < files.end; ++i) {
    const FolderNames::Entry& entry = names.entries[i];
    name = names.Name(entry);
    struct stat status{};
    const bool followed = ::fstatat(folder.get(), name.c_str(), &status, 0) == 0;
    if (!followed && ::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) continue;  // deleted meanwhile
      ThrowErrno("look at", names.text + name, errno);
    }
    // A symbolic link to a folder is neither a file nor entered.
    if (S_ISDIR(status.st_mode) && !entry.is_folder) continue;
    const bool has_size = followed && S_ISREG(status.st_mode);
    found.push_back({names.text + name, has_size ? status.st_size : 0, ModificationTime(status)});
  }
  return found;
}

}  // namespace beam::internal
