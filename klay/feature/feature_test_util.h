// What the tests of the features share.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "klay/audio/memory_byte_sink.h"
#include "klay/audio/memory_byte_source.h"
#include "klay/feature/npz.h"

namespace klay {

inline std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string("set ") + name + ": cmake/Tests.cmake shows what to");
  return value;
}

// A file that tests/fixtures/make_npy_fixtures.py made.
inline std::string NumpyFile(const std::string& name) {
  std::ifstream in(Variable("TEST_NPY_DIR") + "/" + name, std::ios::binary);
  if (!in) throw std::runtime_error("there is no NumPy file " + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline NpyArray ParseNpy(const std::string& bytes) {
  MemoryByteSource source(bytes);
  return ReadNpy(source);
}

inline std::vector<NpzEntry> ParseNpz(const std::string& bytes) {
  MemoryByteSource source(bytes);
  return ReadNpz(source);
}

inline std::string NpyBytes(const NpyArray& array) {
  MemoryByteSink sink;
  WriteNpy(sink, array);
  return sink.Take();
}

inline std::string NpzBytes(const std::vector<NpzEntry>& entries, NpzCompression compression) {
  MemoryByteSink sink(false);
  WriteNpz(sink, entries, compression);
  return sink.Take();
}

// The reason for which `read` fails; "ok" if it does not.
template <class Read>
std::string Reason(const Read& read) {
  try {
    read();
    return "ok";
  } catch (const FeatureError& error) {
    return error.what();
  }
}

// 0, 1, 2, ... in C order.
template <class T>
NpyArray Counting(std::vector<std::int64_t> shape) {
  std::vector<T> values(static_cast<std::size_t>(CountElements(shape, sizeof(T))));
  std::iota(values.begin(), values.end(), T{0});
  return NpyArray::Of<T>(std::move(shape), values);
}

// A folder that is gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "klay_feature_XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("there is no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  void Put(const std::string& name, const std::string& bytes) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << bytes;
  }
  // How many arrays NumPy finds in the folder, each as its name says; -1 if one is not.
  int ArraysThatNumpyReads() const {
    const std::string out = path_ + "/count";
    if (std::system((Variable("TEST_CHECK_NPY") + " " + path_ + " >" + out).c_str()) != 0) return -1;
    int count = -1;
    std::ifstream(out) >> count;
    return count;
  }

 private:
  std::string path_;
};

}  // namespace klay
