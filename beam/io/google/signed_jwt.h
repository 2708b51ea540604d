// JSON Web Tokens (RFC 7519) that are signed with RSA and SHA-256 ("RS256", RFC 7518).
#pragma once

#include <string>
#include <string_view>

namespace beam::internal {

// `header` and `claims` are JSON. Throws Error if `private_key` is no private RSA key in PEM.
std::string SignedJwt(std::string_view header, std::string_view claims, const std::string& private_key);

}  // namespace beam::internal
