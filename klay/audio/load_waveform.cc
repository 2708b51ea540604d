#include "klay/audio/load_waveform.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "klay/audio/decoder.h"

namespace klay {
namespace {

constexpr std::int64_t kBlockFrames = 4096;
// What a file of unknown length is first given room for.
constexpr std::int64_t kDefaultFrames = std::int64_t{1} << 20;
// No more than this many frames a byte are believed before they are seen. Lossy codecs at ordinary bit rates need 1 to
// 20; digital silence goes beyond, and then grows like a file of unknown length.
constexpr std::int64_t kPlausibleFramesPerByte = 64;

std::int64_t InitialFrames(const AudioInfo& info, std::optional<std::uint64_t> file_size) {
  std::int64_t frames = kDefaultFrames;
  if (info.frames_from_header) {
    frames = *info.frames_from_header;
  } else if (info.frames_estimate) {
    frames = *info.frames_estimate + *info.frames_estimate / 16 + kBlockFrames;
  }
  if (!file_size) return std::min(frames, 64 * kDefaultFrames);
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 50;
  const auto plausible = static_cast<std::int64_t>(std::min(*file_size, kMostBytes)) * kPlausibleFramesPerByte;
  return std::min(frames, std::max(plausible, kDefaultFrames));
}

std::vector<float*> PlanesAt(Waveform& waveform, std::int64_t frame) {
  std::vector<float*> planes(static_cast<std::size_t>(waveform.channels()));
  for (int c = 0; c < waveform.channels(); ++c)
    planes[static_cast<std::size_t>(c)] = waveform.channel(c).data() + frame;
  return planes;
}

// Decodes into room for `frames` frames (0: as many as the file suggests). If that is not enough, `frames` is set to
// what to try next, and nothing is returned.
std::optional<LoadedAudio> TryLoad(beam::ByteSource& source, const DecodeOptions& options, beam::MemoryBudget& budget,
                                   std::int64_t& frames) {
  AudioDecoder decoder(source, options);
  const AudioInfo& info = decoder.info();
  if (frames == 0) frames = InitialFrames(info, source.Size());
  LoadedAudio audio;
  const auto bytes = static_cast<std::uint64_t>(frames) * static_cast<std::uint64_t>(info.channels) * sizeof(float);
  audio.memory = budget.Reserve(bytes, "decoding " + source.path());
  audio.waveform = Waveform(info.channels, frames, info.sample_rate);
  std::int64_t filled = 0;
  while (filled < frames) {
    std::vector<float*> planes = PlanesAt(audio.waveform, filled);
    const std::int64_t got = decoder.Read(planes.data(), frames - filled);
    if (got == 0) break;
    filled += got;
  }
  if (filled == frames) {
    // Only the next read tells whether this was all.
    std::vector<float> beyond(static_cast<std::size_t>(info.channels) * kBlockFrames);
    std::vector<float*> planes(static_cast<std::size_t>(info.channels));
    for (std::size_t c = 0; c < planes.size(); ++c) planes[c] = beyond.data() + c * kBlockFrames;
    if (decoder.Read(planes.data(), kBlockFrames) > 0) {
      frames = std::max(2 * frames, kDefaultFrames);
      return std::nullopt;
    }
  }
  audio.waveform.Resize(filled);
  audio.report = decoder.report();
  return audio;
}

}  // namespace

LoadedAudio LoadWaveform(beam::ByteSource& source, const DecodeOptions& options) {
  beam::MemoryBudget& budget = options.memory != nullptr ? *options.memory : beam::MemoryBudget::Process();
  std::int64_t frames = 0;
  for (;;) {
    if (auto audio = TryLoad(source, options, budget, frames)) return std::move(*audio);
    // More memory is only asked for after giving back what was held: files that each hold a part and wait for more
    // would wait for each other. Decoding anew is the price, paid only by files whose length nothing announces.
    source.Seek(0);
  }
}

DecodeReport CheckAudio(beam::ByteSource& source, const DecodeOptions& options) {
  AudioDecoder decoder(source, options);
  const auto channels = static_cast<std::size_t>(decoder.info().channels);
  std::vector<float> samples(channels * kBlockFrames);
  std::vector<float*> planes(channels);
  for (std::size_t c = 0; c < channels; ++c) planes[c] = samples.data() + c * kBlockFrames;
  while (decoder.Read(planes.data(), kBlockFrames) > 0) {
  }
  return decoder.report();
}

}  // namespace klay
