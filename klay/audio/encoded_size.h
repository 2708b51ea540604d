// How large an encoded file will be, as far as that can be said before it is encoded.
#pragma once

#include <cstdint>
#include <optional>

#include "klay/audio/encode_options.h"

namespace klay {

// In bytes, for so many frames: wav and aiff to the byte, as for a sink that can rewrite; where a bit rate is given, or
// is the default, what it makes of the length. Nothing where the signal decides: flac, and variable bit rates by
// quality. Throws what AudioEncoder throws for options and signals that do not go together.
std::optional<std::int64_t> ExpectedFileBytes(const EncodeOptions& options, int channels, int sample_rate,
                                              std::int64_t frames);

}  // namespace klay
