// Figures of the lossy formats that the check of the options and the encoders share.
#pragma once

#include <vector>

#include "klay/audio/encode_options.h"

namespace klay::internal {

// The constant bit rates of layer III at a sample rate, ascending.
const std::vector<int>& Mp3Bitrates(int sample_rate);

// What AAC's buffer allows: 6144 bits for each channel of a frame of 1024 samples.
int MostAacBitrate(int channels, int sample_rate);

// options.bitrate, or what encode_options.h promises where it is not given.
int BitrateOrDefault(const EncodeOptions& options, int channels, int sample_rate);

}  // namespace klay::internal
