// MemoryByteSink: encoded bytes in memory. It can be made to behave as a store that only appends.
#pragma once

#include <cstring>
#include <string>
#include <utility>

#include "beam/base/byte_sink.h"
#include "beam/base/error.h"

namespace klay {

class MemoryByteSink : public beam::ByteSink {
 public:
  explicit MemoryByteSink(bool can_rewrite = true) : can_rewrite_(can_rewrite) {}

  void Write(const void* data, std::size_t size) override { bytes_.append(static_cast<const char*>(data), size); }
  bool CanRewrite() const override { return can_rewrite_; }
  void Rewrite(std::uint64_t offset, const void* data, std::size_t size) override {
    if (!can_rewrite_ || offset + size > kRewritableBytes || offset + size > bytes_.size()) {
      throw beam::Error("these bytes of the memory sink cannot be rewritten");
    }
    std::memcpy(bytes_.data() + offset, data, size);
  }

  void Finish() override {}
  const std::string& path() const override { return path_; }

  const std::string& bytes() const { return bytes_; }
  std::string Take() { return std::exchange(bytes_, {}); }

 private:
  const std::string path_ = "(memory)";
  bool can_rewrite_;
  std::string bytes_;
};

}  // namespace klay
