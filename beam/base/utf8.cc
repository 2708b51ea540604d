#include "beam/base/utf8.h"

#include <cstring>

namespace beam::internal {

std::optional<Utf8Character> DecodeUtf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return Utf8Character{lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return std::nullopt;
  std::uint32_t code_point = lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    code_point = code_point << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (size == 3 && code_point < 0x800) || (size == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (overlong || surrogate || code_point > 0x10FFFF) return std::nullopt;
  return Utf8Character{code_point, size};
}

std::optional<std::size_t> FindInvalidUtf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080u;
  std::size_t i = 0;
  while (i < text.size()) {
    std::uint64_t eight = 0;
    if (text.size() - i >= sizeof eight) {
      std::memcpy(&eight, text.data() + i, sizeof eight);
      if ((eight & kHighBits) == 0) {
        i += sizeof eight;
        continue;
      }
    }
    const std::optional<Utf8Character> character = DecodeUtf8(text.substr(i));
    if (!character) return i;
    i += character->size;
  }
  return std::nullopt;
}

std::string ToUtf8(std::string_view text) {
  std::string valid;
  while (const auto end = FindInvalidUtf8(text)) {
    valid.append(text.substr(0, *end)).append("\xEF\xBF\xBD");
    text.remove_prefix(*end + 1);
  }
  return valid.append(text);
}

}  // namespace beam::internal
