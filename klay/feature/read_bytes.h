// BytesReader: so many bytes of a ByteSource, where what a file claims of its length may be a lie.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "beam/base/byte_source.h"
#include "beam/base/cancel.h"

namespace klay::internal {

class BytesReader {
 public:
  explicit BytesReader(beam::ByteSource& source) : source_(source) {}

  // `count` bytes, or what there is up to the end.
  std::string UpTo(std::uint64_t count) {
    std::string bytes;
    Append(count, bytes);
    return bytes;
  }

  // The same, behind what `out` holds. Where the size of the source is known it is allocated at once, otherwise as the
  // bytes come.
  void Append(std::uint64_t count, std::string& out) {
    constexpr std::uint64_t kLeastStep = std::uint64_t{16} << 10;
    constexpr std::uint64_t kMostStep = std::uint64_t{1} << 20;
    const std::size_t begin = out.size();
    if (const auto known = left(); known && *known >= count) out.reserve(begin + static_cast<std::size_t>(count));
    while (count > 0) {
      beam::ThrowIfCancelled();
      const std::size_t had = out.size();
      const std::uint64_t as_much_again = std::clamp<std::uint64_t>(had - begin, kLeastStep, kMostStep);
      const auto step = static_cast<std::size_t>(std::min(count, as_much_again));
      out.resize(had + step);
      const std::size_t got = source_.Read(out.data() + had, step);
      out.resize(had + got);
      if (got == 0) return;
      position_ += got;
      count -= got;
    }
  }

  // How many bytes are left, counted from where the reader began at the start of the source; nothing if unknown.
  std::optional<std::uint64_t> left() const {
    const auto size = source_.Size();
    if (!size) return std::nullopt;
    return *size - std::min(*size, position_);
  }

 private:
  beam::ByteSource& source_;
  std::uint64_t position_ = 0;
};

}  // namespace klay::internal
