// The bytes of files that the program has written.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

#include "beam/io/test_files.h"

namespace klay {

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Of all files below a folder, by name; hidden ones too.
inline std::map<std::string, std::string> Contents(const std::string& folder) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (entry.is_regular_file()) contents[path.substr(folder.size())] = ReadFile(path);
  }
  return contents;
}
inline std::map<std::string, std::string> Contents(const beam::testing_files::TestFolder& folder) {
  return Contents(folder.path());
}

}  // namespace klay
