// Small questions about paths as text. Thread-safe, no file is touched.
#pragma once

#include <string>
#include <string_view>

namespace beam::internal {

// The scheme of "scheme://rest" (RFC 3986: a letter, then letters, digits, '+', '-', '.'), in lower case; empty for a
// path without one.
std::string SchemeOf(std::string_view path);

// `path` in double quotes for an error text: control characters, quotes, backslashes and bytes that are not UTF-8
// appear as \n, \", \\, \xFF and the like, so that one error stays one line and shows which bytes are meant.
std::string Quoted(std::string_view path);

}  // namespace beam::internal
