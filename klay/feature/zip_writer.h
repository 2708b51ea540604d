// ZipWriter: a zip archive, member by member, on a sink that only appends. 64-bit sizes where they are needed.
//
// Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "beam/base/byte_sink.h"

namespace klay::internal {

class ZipWriter {
 public:
  explicit ZipWriter(beam::ByteSink& sink) : sink_(sink) {}

  // The content in pieces, one behind the other. `deflate`: compressed, which takes a copy in memory.
  void Add(const std::string& name, std::string_view first, std::string_view second, bool deflate);

  // Writes the directory. Call once, last.
  void Finish();

 private:
  void Write(std::string_view bytes);

  beam::ByteSink& sink_;
  std::uint64_t written_ = 0;
  std::uint64_t count_ = 0;
  std::string directory_;
};

}  // namespace klay::internal
