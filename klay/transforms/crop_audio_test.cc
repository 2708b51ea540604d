#include "klay/transforms/crop_audio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "beam/transforms/par_do.h"
#include "klay/audio/crop.h"
#include "klay/transforms/step_test_util.h"

namespace klay {
namespace {

using beam::PAssert;
using testing::HasSubstr;

TEST(CropAudioTest, LongerThan) {
  // As the original's helper: 10.1 s and 20 s are cropped to 10, 1 s and 10 s are not touched.
  const std::vector<std::string> sources = {"1 10100 1000", "2 20000 1000", "1 1000 1000", "9 10000 1000",
                                            "1 1 1000",     "2 0 1000",     "1 0 0"};
  const std::vector<std::string> long_ones = {"1 10100 1000 -> 1 10000 1000", "2 20000 1000 -> 2 10000 1000"};
  for (const CropFrom from : {CropFrom::kStart, CropFrom::kRandom}) {
    for (const NotLonger not_longer : {NotLonger::kPass, NotLonger::kSkip}) {
      std::vector<std::string> cropped = long_ones;
      std::vector<std::string> skipped;
      for (std::size_t i = 2; i < sources.size(); ++i) {
        if (not_longer == NotLonger::kPass) {
          cropped.push_back(sources[i] + " -> " + sources[i]);
        } else {
          skipped.push_back(sources[i] + ": it is not longer than the crop");
        }
      }
      beam::TestPipeline p;
      const auto [audio, skips, failed] =
          Signals(p, sources) | beam::ParDo("Crop", CropAudio{.seconds = 10, .from = from, .not_longer = not_longer});
      PAssert::That(Shapes(audio)).ContainsInAnyOrder(cropped);
      PAssert::That(Reasons("Skips", skips)).ContainsInAnyOrder(skipped);
      PAssert::That(failed).IsEmpty();
      EXPECT_NO_THROW(p.Run());
    }
  }
}

TEST(CropAudioTest, TheSamplesAreThoseOfTheirPlace) {
  beam::TestPipeline p;
  // A small part, and most of the signal.
  const auto signals = Signals(p, {"2 9000 1000", "1 3300 1000"});
  const auto [starts, s1, f1] = signals | beam::ParDo("Start", CropAudio{.seconds = 3});
  const auto [places, s2, f2] =
      signals | beam::ParDo("Random", CropAudio{.seconds = 3, .from = CropFrom::kRandom, .seed = 7});
  PAssert::That(starts).Satisfies("Are Starts", [](const std::vector<AudioFile>& files) {
    for (const AudioFile& file : files) {
      const Waveform expected = Crop(Signal(file.path).audio, {0, 3000});
      if (MatchInDb(expected, file.audio) != HUGE_VAL) return false;
    }
    return files.size() == 2;
  });
  PAssert::That(places).Satisfies("Are Places", [](const std::vector<AudioFile>& files) {
    for (const AudioFile& file : files) {
      const Waveform whole = Signal(file.path).audio;
      const Waveform expected = Crop(whole, *CropRandom(whole.frames(), 3000, file.path, 7));
      if (MatchInDb(expected, file.audio) != HUGE_VAL) return false;
    }
    return files.size() == 2;
  });
  p.Run();
}

// Where a folder lies does not count, if it is named.
TEST(CropAudioTest, TheKeyIsThePathBelowTheFolder) {
  const auto make = [](const std::string& path) {
    AudioFile file = Signal("1 5000 1000");
    file.path = path;
    return file;
  };
  struct Sink final : beam::Receiver<AudioFile> {
    void Receive(AudioFile&& file, const beam::ElementMeta&) override { got.push_back(std::move(file)); }
    void ReceiveShared(const AudioFile&, const beam::ElementMeta&) override { FAIL(); }
    std::vector<AudioFile> got;
  } sink;
  struct Failures final : beam::Receiver<Failure> {
    void Receive(Failure&& failure, const beam::ElementMeta&) override { got.push_back(std::move(failure)); }
    void ReceiveShared(const Failure&, const beam::ElementMeta&) override { FAIL(); }
    std::vector<Failure> got;
  } failures;
  const beam::ElementMeta meta{};
  internal::Checked checked;
  for (const char* const dir : {"/a", "gs://b/c/"}) {
    const CropAudio step{.seconds = 1, .from = CropFrom::kRandom, .source_dir = dir};
    for (const char* const path : {"/a/x.wav", "gs://b/c/x.wav"}) {
      step.ProcessElement(checked, make(path), {&sink, &meta}, {nullptr, &meta}, {&failures, &meta});
    }
  }
  ASSERT_EQ(sink.got.size(), 2U);
  EXPECT_EQ(MatchInDb(sink.got[0].audio, sink.got[1].audio), HUGE_VAL);
  EXPECT_EQ(failures.got.size(), 2U);
}

TEST(CropAudioTest, FieldsThatMakeNoSense) {
  for (const double seconds : {0.0, -1.0, HUGE_VAL, std::nan("")}) {
    EXPECT_THAT(Complaint(CropAudio{.seconds = seconds}), HasSubstr("above 0"));
  }
  EXPECT_EQ(Complaint(CropAudio{.seconds = 0.001}), "");
}

}  // namespace
}  // namespace klay
