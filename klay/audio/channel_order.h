// Which loudspeaker a channel is, by the number of channels: the order of WAV files, in which all of klay keeps its
// channels, and that of Vorbis and Opus.
#pragma once

#include <cstdint>
#include <vector>

namespace klay::internal {

// The mask of WAVEFORMATEXTENSIBLE ("Multiple Channel Audio Data and WAVE Files") for the usual layout of so many
// channels: mono, stereo, 3.0, quad, 5.0, 5.1, 6.1, 7.1; 0 for more.
inline std::uint32_t SpeakerMask(int channels) {
  static constexpr std::uint32_t kMasks[] = {0, 0x4, 0x3, 0x7, 0x33, 0x37, 0x3F, 0x70F, 0x63F};
  return channels <= 8 ? kMasks[channels] : 0;
}

// For each channel of a Vorbis stream, in its order, which of ours it is (Vorbis I specification, section 4.3.9; RFC
// 7845, section 5.1.1.2). More than eight channels have no layout and keep their order.
inline std::vector<int> VorbisChannelOrder(int channels) {
  switch (channels) {
    case 3: return {0, 2, 1};
    case 5: return {0, 2, 1, 3, 4};
    case 6: return {0, 2, 1, 4, 5, 3};
    case 7: return {0, 2, 1, 5, 6, 4, 3};
    case 8: return {0, 2, 1, 6, 7, 4, 5, 3};
    default: break;
  }
  std::vector<int> order(static_cast<std::size_t>(channels));
  for (int c = 0; c < channels; ++c) order[static_cast<std::size_t>(c)] = c;
  return order;
}

}  // namespace klay::internal
