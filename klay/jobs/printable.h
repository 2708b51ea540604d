// Text from outside (file names, what a library says) made fit for a terminal and for one line.
#pragma once

#include <string>
#include <string_view>

namespace klay {

// `text` with control characters and bytes that are not UTF-8 as \n, \x1B, \xFF and the like; all else stays.
std::string Printable(std::string_view text);

}  // namespace klay
