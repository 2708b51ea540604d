#include "beam/testing/describe.h"

namespace beam::internal {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

void AppendHex(char c, std::string& out) {
  const auto byte = static_cast<unsigned char>(c);
  out += kHexDigits[byte >> 4];
  out += kHexDigits[byte & 15];
}

}  // namespace

std::string QuoteText(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') {
      quoted += "\\x";
      AppendHex(c, quoted);
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string HexText(std::string_view bytes) {
  std::string text = "bytes";
  for (const char c : bytes) {
    text += ' ';
    AppendHex(c, text);
  }
  return text;
}

}  // namespace beam::internal
