#include "beam/io/path_text.h"

#include <cstddef>
#include <optional>

#include "beam/base/utf8.h"

namespace beam::internal {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsSchemeCharacter(char c) { return IsLetter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; }

void AppendEscaped(std::string& out, char c) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  switch (c) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    default: break;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "\\x";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

}  // namespace

std::string SchemeOf(std::string_view path) {
  const std::size_t end = path.find("://");
  if (end == std::string_view::npos || end == 0 || !IsLetter(path[0])) return {};
  std::string scheme(path.substr(0, end));
  for (char& c : scheme) {
    if (!IsSchemeCharacter(c)) return {};
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return scheme;
}

std::string Quoted(std::string_view path) {
  std::string out = "\"";
  while (!path.empty()) {
    const std::optional<Utf8Character> character = DecodeUtf8(path);
    const std::size_t size = character ? character->size : 1;
    const bool control = character && (character->code_point < 0x20 || character->code_point == 0x7F);
    if (!character || control || path[0] == '"' || path[0] == '\\') {
      AppendEscaped(out, path[0]);
    } else {
      out.append(path.substr(0, size));
    }
    path.remove_prefix(size);
  }
  return out += '"';
}

}  // namespace beam::internal
