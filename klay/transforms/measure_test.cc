// MeasureLoudness and MeasureAudioStats: what the meters say of the signals that flow by.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "beam/transforms/par_do.h"
#include "klay/transforms/measure_audio_stats.h"
#include "klay/transforms/measure_loudness.h"
#include "klay/transforms/step_test_util.h"

namespace klay {
namespace {

using beam::PAssert;
using testing::HasSubstr;

const std::vector<std::string> kSources = {"1 48000 48000", "2 48000 48000", "9 4800 48000", "2 1 48000",
                                           "2 0 48000",     "65 10 48000",   "1 10 8",       "0 0 0"};

TEST(MeasureLoudnessTest, SaysWhatTheMeterSays) {
  beam::TestPipeline p;
  const auto [loudness, failed] = Signals(p, kSources) | beam::ParDo("Loudness", MeasureLoudness{});
  PAssert::That(loudness).Satisfies("Is the Meter's", [](const std::vector<FileLoudness>& files) -> std::string {
    if (files.size() != 5) return "there are " + std::to_string(files.size());
    for (const FileLoudness& file : files) {
      const AudioFile signal = Signal(file.path);
      LoudnessMeter meter(signal.audio.channels(), signal.audio.sample_rate());
      meter.Process(PlanesOf(signal.audio).data(), signal.audio.frames());
      const Loudness expected = meter.Finish();
      const bool same = file.loudness.integrated_lufs == expected.integrated_lufs
          && file.loudness.range_lu == expected.range_lu && file.loudness.true_peak_dbtp == expected.true_peak_dbtp
          && file.loudness.channel_true_peaks_dbtp == expected.channel_true_peaks_dbtp
          && file.seconds == signal.audio.seconds();
      if (!same) return file.path;
      if (file.path == "2 48000 48000" && std::abs(file.loudness.integrated_lufs + 11) > 3) return "not plausible";
    }
    return "";
  });
  PAssert::That(failed | beam::Map("Paths", [](const Failure& failure) { return failure.path; }))
      .ContainsInAnyOrder({"65 10 48000", "1 10 8", "0 0 0"});
  p.Run();
}

TEST(MeasureAudioStatsTest, SaysWhatTheMeterSays) {
  beam::TestPipeline p;
  const auto [stats, failed] = Signals(p, kSources) | beam::ParDo("Stats", MeasureAudioStats{});
  PAssert::That(stats).Satisfies("Is the Meter's", [](const std::vector<FileStats>& files) -> std::string {
    if (files.size() != 7) return "there are " + std::to_string(files.size());
    for (const FileStats& file : files) {
      const AudioFile signal = Signal(file.path);
      AudioStatsMeter meter(signal.audio.channels(), signal.audio.sample_rate());
      meter.Process(PlanesOf(signal.audio).data(), signal.audio.frames());
      if (file.stats != meter.Finish() || file.sample_rate != signal.audio.sample_rate()) return file.path;
      if (file.stats.frames != signal.audio.frames()) return file.path;
    }
    return "";
  });
  PAssert::That(failed | beam::Map("Paths", [](const Failure& failure) { return failure.path; }))
      .ContainsInAnyOrder({"0 0 0"});
  p.Run();
}

TEST(MeasureAudioStatsTest, OptionsReachTheMeter) {
  beam::TestPipeline p;
  const auto [stats, failed] = Signals(p, {"1 4800 48000"})
      | beam::ParDo("Stats", MeasureAudioStats{{.clip_level = 0.1F, .clip_run = 1, .silence_dbfs = -1}});
  PAssert::That(stats).Satisfies("Clips and Is Silent", [](const std::vector<FileStats>& files) {
    return files[0].stats.channels[0].clipped > 1000 && files[0].stats.silent_frames == 4800;
  });
  p.Run();
  EXPECT_THAT(Complaint(MeasureAudioStats{{.clip_run = 0}}), HasSubstr("clip_run"));
}

}  // namespace
}  // namespace klay
