// UTF-8 as the Unicode standard defines it (table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beam::internal {

struct Utf8Character {
  std::uint32_t code_point;
  std::size_t size;  // bytes, 1 to 4
};

// The character that `text`, which is not empty, starts with; nothing if its first bytes are not UTF-8.
std::optional<Utf8Character> DecodeUtf8(std::string_view text);

// The offset of the first byte that is not part of a well-formed character; nothing if all of `text` is well formed.
std::optional<std::size_t> FindInvalidUtf8(std::string_view text);

// `text` with U+FFFD in the place of each byte that is not part of a well-formed character.
std::string ToUtf8(std::string_view text);

}  // namespace beam::internal
