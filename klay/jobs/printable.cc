#include "klay/jobs/printable.h"

#include <cstddef>

#include "beam/base/utf8.h"

namespace klay {
namespace {

void AppendEscaped(std::string& out, std::string_view bytes) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto character = beam::internal::DecodeUtf8(text);
    const std::size_t size = character ? character->size : 1;
    // Control characters, those of Unicode's second page included: terminals obey them too.
    const bool is_control =
        !character || character->code_point < 0x20 || (character->code_point >= 0x7F && character->code_point < 0xA0);
    if (is_control) {
      AppendEscaped(out, text.substr(0, size));
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace klay
