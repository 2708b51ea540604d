// The work that listing local folders consists of, cut into pieces that can be done in any order.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "beam/io/file_system.h"

namespace beam::internal {

// The names in one folder that are of interest, in the order in which the listing gives them.
struct FolderNames {
  struct Entry {
    std::uint32_t offset;  // into `names`
    std::uint16_t size;
    bool is_folder;  // its name then ends in '/', which puts it in its place among the others
  };

  std::string_view Name(const Entry& entry) const { return std::string_view(names).substr(entry.offset, entry.size); }

  std::string text;   // what the paths of its entries start with, as the user wrote it: "music/", or empty
  std::string names;  // one after the other
  std::vector<Entry> entries;
  bool is_root = false;  // as of the folder's piece
  bool is_whole = true;  // false: more names follow the last one
};

using NameCounter = std::atomic<std::size_t>;

struct FolderPiece {
  enum class Kind {
    kFolder,   // `path` is to be read, behind the name `after`
    kRest,     // entries [begin, end) of `names` are to be cut up
    kFiles,    // entries [begin, end) of `names` are to be looked at
    kEntries,  // done: `entries`
    kError,    // done: `error`
  };

  Kind kind;
  bool claimed = false;    // someone is working on it
  std::string path = {};   // ends in '/' or is empty
  bool is_root = false;    // named by the user, so it may be a symbolic link
  std::string after = {};  // of a folder that was read in part: its names up to this one are done
  std::shared_ptr<const FolderNames> names = {};
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<FileMetadata> entries = {};
  std::exception_ptr error = {};
};

// Thread-safe: const and without shared state but the counter.
class FolderReader {
 public:
  // A folder with more names than this is read several times, each time for the next names in order: memory stays
  // bounded by twice as many, about 20 MB, and a folder of a million files is read four times, which is little beside
  // the rest.
  static constexpr std::size_t kNamesPerPass = 1 << 18;

  FolderReader(std::string prefix, ListOptions options, std::size_t names_per_pass = kNamesPerPass);

  // The folder that the prefix lies in.
  FolderPiece Root() const;

  // Does one piece of work; what it consists of now, in order. Throws Error.
  std::list<FolderPiece> Expand(const FolderPiece& piece) const;

  // How many names are held in memory by folders that were read and not yet handed out.
  std::size_t names_held() const { return *held_; }

 private:
  std::shared_ptr<const FolderNames> ReadNames(const FolderPiece& folder) const;
  void AddName(FolderNames& names, const FolderPiece& folder, int folder_fd, const char* name, unsigned char type,
               std::string& path) const;
  bool MayHoldEntries(std::string_view folder) const;
  bool IsEntry(std::string_view path) const;
  std::list<FolderPiece> CutUp(const FolderPiece& rest) const;
  std::vector<FileMetadata> LookAt(const FolderPiece& files) const;

  const std::string prefix_;
  const ListOptions options_;
  const std::size_t names_per_pass_;
  const std::shared_ptr<NameCounter> held_;  // the names of all folders in memory
};

double ModificationTime(const struct stat& status);

}  // namespace beam::internal
