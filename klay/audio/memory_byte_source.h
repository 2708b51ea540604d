// MemoryByteSource: a ByteSource over bytes in memory, for tests and fuzzers. It can misbehave on request, as remote
// stores do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "beam/base/byte_source.h"
#include "beam/base/error.h"

namespace klay {

class MemoryByteSource : public beam::ByteSource {
 public:
  struct Behaviour {
    std::size_t largest_read = SIZE_MAX;  // reads give at most this much at a time
    bool tells_size = true;               // false: as a decompressing source
    std::uint64_t fails_at = UINT64_MAX;  // reading this byte throws beam::Error("connection lost")
  };

  explicit MemoryByteSource(std::string bytes, std::string path = "memory")
      : MemoryByteSource(std::move(bytes), std::move(path), Behaviour{}) {}
  MemoryByteSource(std::string bytes, std::string path, Behaviour behaviour)
      : bytes_(std::move(bytes)), path_(std::move(path)), behaviour_(behaviour) {}

  std::size_t Read(void* out, std::size_t size) override {
    if (position_ >= bytes_.size()) return 0;
    size = std::min({size, behaviour_.largest_read, bytes_.size() - static_cast<std::size_t>(position_)});
    if (position_ + size > behaviour_.fails_at) throw beam::Error("connection lost");
    std::memcpy(out, bytes_.data() + position_, size);
    position_ += size;
    return size;
  }
  void Seek(std::uint64_t offset) override { position_ = offset; }
  std::optional<std::uint64_t> Size() const override {
    return behaviour_.tells_size ? std::optional<std::uint64_t>(bytes_.size()) : std::nullopt;
  }
  const std::string& path() const override { return path_; }

 private:
  std::string bytes_;
  std::string path_;
  Behaviour behaviour_;
  std::uint64_t position_ = 0;
};

}  // namespace klay
