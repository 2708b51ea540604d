// Base64 (RFC 4648). Thread-safe functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace beam {

std::string Base64(std::string_view bytes);

// For addresses and tokens (section 5): '-' and '_' for '+' and '/', and no padding.
std::string Base64Url(std::string_view bytes);

// The bytes of either form, padded or not; nothing if `text` is neither.
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace beam
