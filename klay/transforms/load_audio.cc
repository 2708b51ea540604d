#include "klay/transforms/load_audio.h"

#include <cmath>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "beam/base/error.h"
#include "klay/audio/load_waveform.h"

namespace klay {
namespace {

void CountLoaded(const DecodeReport& report) {
  files_loaded.Inc();
  if (report.damaged()) files_damaged.Inc();
  audio_milliseconds.Inc(std::llround(report.seconds() * 1000));
}

}  // namespace

void LoadAudio::ProcessElement(const beam::ReadableFile& file, beam::Output<AudioFile, "audio"> audio,
                               beam::Output<Failure, "failed"> failed,
                               beam::Output<double, "duration_seconds"> duration_seconds) const {
  const std::string& path = file.metadata.path;
  const auto fail = [&](const std::string& reason) {
    files_failed.Inc();
    failed.Emit({path, reason});
  };
  bytes_taken.Inc(file.metadata.size_in_bytes);
  const DecodeOptions options{.on_damage = on_damage};
  LoadedAudio loaded;
  try {
    const std::unique_ptr<beam::ByteSource> source = file.Open();
    if (audio.HasReader()) {
      loaded = LoadWaveform(*source, options);
    } else {
      loaded.report = CheckAudio(*source, options);
    }
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const beam::Error& error) {
    return fail(error.what());
  } catch (const std::bad_alloc&) {
    return fail(
        "there is not enough memory to decode it: lower --max_memory, so that fewer files are decoded at a time");
  }
  // Emitted outside of the try: what steps behind this one throw is no fault of the file.
  CountLoaded(loaded.report);
  duration_seconds.Emit(loaded.report.seconds());
  if (audio.HasReader()) audio.Emit({path, std::move(loaded.waveform), loaded.report.DamageText()});
}

}  // namespace klay
