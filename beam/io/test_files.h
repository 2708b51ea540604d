// Helpers of the tests in this folder: a folder that is gone afterwards, and short words for what is in it.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "beam/base/error.h"
#include "beam/io/file_system.h"

namespace beam::testing_files {

// A folder of its own for one test, made below the current folder's or the system's place for such.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "beam_io_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
    path_ = name + "/";
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  // Ends in '/'.
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + name; }

  // Makes a file and the folders it lies in.
  void File(const std::string& name, const std::string& bytes = "") const {
    std::filesystem::create_directories(std::filesystem::path(path_ + name).parent_path());
    std::ofstream(path_ + name, std::ios::binary) << bytes;
  }
  void Folder(const std::string& name) const { std::filesystem::create_directories(path_ + name); }
  void Link(const std::string& name, const std::string& target) const {
    std::filesystem::create_symlink(target, path_ + name);
  }
  void Fifo(const std::string& name) const { ASSERT_EQ(::mkfifo((path_ + name).c_str(), 0600), 0); }

  // `path` without this folder's name.
  std::string Short(const std::string& path) const {
    return path.starts_with(path_) ? path.substr(path_.size()) : path;
  }

 private:
  std::string path_;
};

// The paths of a listing, without the folder's name.
inline std::vector<std::string> ListPaths(FileSystem& files, const TestFolder& folder, const std::string& prefix,
                                          const ListOptions& options = {}) {
  std::vector<std::string> paths;
  const std::unique_ptr<FileListing> listing = files.List(folder / prefix, options);
  FileMetadata entry;
  while (listing->Next(entry)) paths.push_back(folder.Short(entry.path));
  return paths;
}

inline std::string ReadWhole(ByteSource& source, std::size_t step = 4096) {
  std::string content;
  std::string part(step, '\0');
  while (const std::size_t count = source.Read(part.data(), part.size())) content.append(part, 0, count);
  return content;
}

// The text of the Error that `action` throws; a failure if it throws none.
template <class Action>
std::string ErrorOf(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no Error was thrown";
  return "";
}

}  // namespace beam::testing_files
