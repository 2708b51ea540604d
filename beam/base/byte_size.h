// ByteSize: a number of bytes as people write it: 500MB (powers of 1000), 2GiB (powers of 1024), 1.5GiB, 4096.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beam {

struct ByteSize {
  std::uint64_t bytes = 0;
  bool operator==(const ByteSize&) const = default;
};

// Nothing if `text` is no such number. Letter case does not count.
std::optional<ByteSize> ParseByteSize(std::string_view text);

// In the largest unit that needs no fraction; ParseByteSize(ByteSizeText(s)) is s.
std::string ByteSizeText(ByteSize size);

}  // namespace beam
