#include "klay/audio/load_waveform.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "klay/audio/crop.h"
#include "klay/audio/damage_log.h"
#include "klay/audio/decoder.h"
#include "klay/audio/signal_chain.h"

namespace klay {
namespace {

constexpr std::int64_t kBlockFrames = 4096;
// What a file of unknown length is first given room for.
constexpr std::int64_t kDefaultFrames = std::int64_t{1} << 20;
// No more than this many frames a byte are believed before they are seen. Lossy codecs at ordinary bit rates need 1 to
// 20; digital silence goes beyond, and then grows like a file of unknown length.
constexpr std::int64_t kPlausibleFramesPerByte = 64;

std::int64_t LikelyFrames(const AudioInfo& info, std::optional<std::uint64_t> file_size) {
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

// The decoder from where the part begins to where it ends.
class PartDecoder {
 public:
  PartDecoder(beam::ByteSource& source, const LoadOptions& options)
      : decoder_(source, options.decode), begin_(FramesIn(options.start_seconds, info().sample_rate)) {
    if (options.duration_seconds) left_ = most_frames_ = FramesIn(*options.duration_seconds, info().sample_rate);
    const std::int64_t least = info().frames_from_header ? 0 : kBlockFrames;
    likely_frames_ = std::min(left_, std::max(LikelyFrames(info(), source.Size()) - begin_, least));
    const std::int64_t skipped = decoder_.Skip(begin_);
    if (skipped < begin_) ThrowBehindEnd();
  }

  const AudioInfo& info() const { return decoder_.info(); }
  const DecodeReport& report() const { return decoder_.report(); }
  // The part's length, as far as can be told, and what it is at most.
  std::int64_t likely_frames() const { return likely_frames_; }
  std::int64_t most_frames() const { return most_frames_; }

  std::int64_t Read(float* const* planes, std::int64_t capacity) {
    if (left_ == 0) return 0;
    const std::int64_t frames = decoder_.Read(planes, std::min(capacity, left_));
    if (frames == 0 && begin_ > 0 && report().frames == 0) ThrowBehindEnd();
    left_ -= frames;
    return frames;
  }

 private:
  [[noreturn]] void ThrowBehindEnd() const {
    const double rate = info().sample_rate;
    throw AudioError("the part begins at " + internal::SecondsText(static_cast<double>(begin_) / rate)
                     + ", where the signal has ended: it is "
                     + internal::SecondsText(static_cast<double>(report().skipped_frames) / rate) + " long");
  }

  AudioDecoder decoder_;
  std::int64_t begin_;
  std::int64_t most_frames_ = INT64_MAX;
  std::int64_t left_ = INT64_MAX;
  std::int64_t likely_frames_ = 0;
};

std::optional<SignalChain> MakeChain(const AudioInfo& info, const LoadOptions& options) {
  const int channels = options.channels.value_or(info.channels);
  const int rate = options.sample_rate.value_or(info.sample_rate);
  if (channels == info.channels && rate == info.sample_rate) return std::nullopt;
  return std::optional<SignalChain>(std::in_place, info.channels, info.sample_rate, channels, rate, options.resampler,
                                    kBlockFrames);
}

// Fills `waveform` as far as the part goes, and returns with how many frames; nothing if there are more.
std::optional<std::int64_t> Fill(PartDecoder& part, Waveform& waveform) {
  std::int64_t filled = 0;
  while (filled < waveform.frames()) {
    const std::vector<float*> planes = PlanesAt(waveform, filled);
    const std::int64_t got = part.Read(planes.data(), waveform.frames() - filled);
    if (got == 0) return filled;
    filled += got;
  }
  // Only the next read tells whether this was all.
  Waveform beyond(waveform.channels(), kBlockFrames, waveform.sample_rate());
  const std::vector<float*> planes = PlanesAt(beyond, 0);
  if (part.Read(planes.data(), kBlockFrames) > 0) return std::nullopt;
  return filled;
}

std::optional<std::int64_t> FillConverted(PartDecoder& part, SignalChain& chain, Waveform& waveform) {
  std::int64_t filled = 0;
  bool fits = true;
  const auto write = [&](const float* const* planes, std::int64_t frames) {
    fits = fits && frames <= waveform.frames() - filled;
    if (!fits) return;
    const std::vector<float*> out = PlanesAt(waveform, filled);
    for (std::size_t c = 0; c < out.size(); ++c) std::copy_n(planes[c], frames, out[c]);
    filled += frames;
  };
  while (fits) {
    const std::int64_t frames = part.Read(chain.input(), kBlockFrames);
    if (frames == 0) break;
    chain.Process(0, frames, write);
  }
  if (fits) chain.Flush(write);
  return fits ? std::optional(filled) : std::nullopt;
}

// Decodes into room for `frames` frames of the part (nothing: as many as the file suggests). If that is not enough,
// `frames` is set to what to try next, and nothing is returned.
std::optional<LoadedAudio> TryLoad(beam::ByteSource& source, const LoadOptions& options, beam::MemoryBudget& budget,
                                   std::optional<std::int64_t>& frames) {
  PartDecoder part(source, options);
  std::optional<SignalChain> chain = MakeChain(part.info(), options);
  if (!frames) frames = part.likely_frames();
  const int channels = chain ? chain->target_channels() : part.info().channels;
  const std::int64_t room = chain ? chain->OutputFrames(*frames) : *frames;
  LoadedAudio audio;
  const auto bytes = static_cast<std::uint64_t>(room) * static_cast<std::uint64_t>(channels) * sizeof(float);
  audio.memory = budget.Reserve(bytes, "decoding " + source.path());
  audio.waveform = Waveform(channels, room, chain ? chain->target_rate() : part.info().sample_rate);
  const auto filled = chain ? FillConverted(part, *chain, audio.waveform) : Fill(part, audio.waveform);
  if (!filled) {
    frames = std::min(part.most_frames(), std::max(2 * *frames, kDefaultFrames));
    return std::nullopt;
  }
  audio.waveform.Resize(*filled);
  audio.report = part.report();
  return audio;
}

}  // namespace

LoadedAudio LoadWaveform(beam::ByteSource& source, const LoadOptions& options) {
  beam::MemoryBudget* const given = options.decode.memory;
  beam::MemoryBudget& budget = given != nullptr ? *given : beam::MemoryBudget::Process();
  std::optional<std::int64_t> frames;
  for (;;) {
    if (auto audio = TryLoad(source, options, budget, frames)) return std::move(*audio);
    // More memory is only asked for after giving back what was held: files that each hold a part and wait for more
    // would wait for each other. Decoding anew is the price, paid only by files whose length nothing announces.
    source.Seek(0);
  }
}

LoadedAudio LoadWaveform(beam::ByteSource& source, const DecodeOptions& options) {
  return LoadWaveform(source, LoadOptions{.decode = options});
}

DecodeReport CheckAudio(beam::ByteSource& source, const LoadOptions& options) {
  PartDecoder part(source, options);
  MakeChain(part.info(), options);  // whether it can be
  Waveform block(part.info().channels, kBlockFrames, part.info().sample_rate);
  const std::vector<float*> planes = PlanesAt(block, 0);
  while (part.Read(planes.data(), kBlockFrames) > 0) {
  }
  return part.report();
}

DecodeReport CheckAudio(beam::ByteSource& source, const DecodeOptions& options) {
  return CheckAudio(source, LoadOptions{.decode = options});
}

}  // namespace klay
