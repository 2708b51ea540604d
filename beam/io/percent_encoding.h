// Percent-encoding (RFC 3986, section 2). Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace beam::internal {

// `text` with every byte that is not unreserved as %XX; '/' stays if `keep_slashes`.
std::string PercentEncoded(std::string_view text, bool keep_slashes = false);

}  // namespace beam::internal
