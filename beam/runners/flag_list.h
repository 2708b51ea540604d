// Flags that may be repeated, and be lists: --experiments a,b --experiments c.
#pragma once

#include <string>
#include <vector>

namespace beam {

// The items of all of them in order, without empty ones.
std::vector<std::string> ListItems(const std::vector<std::string>& values);

}  // namespace beam
