#include "klay/jobs/measure_audio.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "klay/audio/decoder.h"
#include "klay/jobs/printable.h"
#include "klay/transforms/load_audio.h"
#include "klay/transforms/skip_completed.h"

namespace klay {
namespace {

// Frames that are decoded at a time: small enough for the caches, large enough for the loops.
constexpr std::int64_t kBlockFrames = 4096;

// Nothing for what BS.1770 cannot be applied to: that is no fault of the file.
std::optional<LoudnessMeter> MakeLoudnessMeter(const AudioInfo& info) {
  try {
    return LoudnessMeter(info.channels, info.sample_rate);
  } catch (const AudioError&) {
    return std::nullopt;
  }
}

MeasuredFile Measure(const beam::ReadableFile& file, const MeasureAudio& options) {
  const std::unique_ptr<beam::ByteSource> source = file.Open();
  AudioDecoder decoder(*source, {.on_damage = options.on_damage});
  const AudioInfo& info = decoder.info();
  std::optional<LoudnessMeter> loudness;
  std::optional<AudioStatsMeter> levels;
  if (!options.lengths_only) {
    loudness = MakeLoudnessMeter(info);
    levels.emplace(info.channels, info.sample_rate);
  }
  const auto channels = static_cast<std::size_t>(info.channels);
  std::vector<float> samples(channels * kBlockFrames);
  std::vector<float*> planes(channels);
  for (std::size_t c = 0; c < channels; ++c) planes[c] = samples.data() + c * kBlockFrames;
  while (const std::int64_t frames = decoder.Read(planes.data(), kBlockFrames)) {
    if (loudness) loudness->Process(planes.data(), frames);
    if (levels) levels->Process(planes.data(), frames);
  }
  file.CheckUnchanged();
  MeasuredFile measured{file.metadata.path, decoder.report(), {}, {}};
  if (loudness) measured.loudness = loudness->Finish();
  if (levels) measured.levels = levels->Finish();
  return measured;
}

}  // namespace

void MeasureAudio::ProcessElement(const beam::ReadableFile& file, beam::Output<MeasuredFile, "measured"> measured,
                                  beam::Output<Failure, "skipped"> skipped,
                                  beam::Output<Failure, "failed"> failed) const {
  const std::string& path = file.metadata.path;
  const auto fail = [&](const std::string& reason) {
    files_failed.Inc();
    failed.Emit({path, reason});
  };
  bytes_taken.Inc(file.metadata.size_in_bytes);
  MeasuredFile result;
  try {
    result = Measure(file, *this);
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const NotAudioError& error) {
    if (!skip_others) return fail(error.what());
    files_skipped.Inc();
    return skipped.Emit({path, error.what()});
  } catch (const beam::Error& error) {
    return fail(error.what());
  } catch (const std::bad_alloc&) {
    return fail("there is not enough memory to decode it: lower --direct_num_workers");
  }
  files_loaded.Inc();
  if (result.report.damaged()) {
    files_damaged.Inc();
    beam::LogWarning("damaged: " + Printable(path) + ": " + Printable(result.report.DamageText()));
  }
  audio_milliseconds.Inc(std::llround(result.report.seconds() * 1000));
  measured.Emit(std::move(result));
}

}  // namespace klay
