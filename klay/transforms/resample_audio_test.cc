#include "klay/transforms/resample_audio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "beam/transforms/par_do.h"
#include "klay/transforms/step_test_util.h"

namespace klay {
namespace {

using beam::PAssert;
using testing::HasSubstr;

// The lengths of klay_beam's behaviours, and those at the edges.
TEST(ResampleAudioTest, ExactLengths) {
  const struct {
    int rate;
    std::vector<std::string> shapes;  // "SOURCE -> RESULT"
  } cases[] = {
      {44100,
       {"1 1 48000 -> 1 1 44100", "1 44101 48000 -> 1 40518 44100", "2 0 48000 -> 2 0 44100",
        "9 480 48000 -> 9 441 44100", "2 17 44100 -> 2 17 44100"}},
      {48000, {"1 1 44100 -> 1 2 48000", "1 44101 44100 -> 1 48002 48000"}},
      {16000,
       {"1 44101 48000 -> 1 14701 16000", "2 336350 48000 -> 2 112117 16000", "1 22050 44100 -> 1 8000 16000",
        "128 30 48000 -> 128 10 16000"}},
      {10, {"2 1000 1000 -> 2 10 10"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.rate);
    std::vector<std::string> sources;
    for (const std::string& shape : c.shapes) sources.push_back(shape.substr(0, shape.find(" ->")));
    beam::TestPipeline p;
    const auto [audio, failed] = Signals(p, sources) | beam::ParDo("Resample", ResampleAudio{.sample_rate = c.rate});
    PAssert::That(Shapes(audio)).ContainsInAnyOrder(c.shapes);
    PAssert::That(failed).IsEmpty();
    EXPECT_NO_THROW(p.Run());
  }
}

TEST(ResampleAudioTest, WhatCannotBeFails) {
  beam::TestPipeline p;
  const std::vector<std::string> sources = {"129 10 8000", "129 10 16000", "1 10 2", "0 0 0", "1 10 8000"};
  const auto [audio, failed] = Signals(p, sources) | beam::ParDo("Resample", ResampleAudio{.sample_rate = 16000});
  PAssert::That(Shapes(audio)).ContainsInAnyOrder({"1 10 8000 -> 1 20 16000"});
  PAssert::That(Reasons("Reasons", failed)).Satisfies("Are Told", [](const std::vector<std::string>& reasons) {
    int many = 0;
    int far = 0;
    int none = 0;
    for (const std::string& reason : reasons) {
      many += reason.find("129 channels") != std::string::npos && reason.find("1 to 128") != std::string::npos ? 1 : 0;
      far += reason.starts_with("1 10 2: ") && reason.find("factor") != std::string::npos ? 1 : 0;
      none += reason.starts_with("0 0 0: ") ? 1 : 0;
    }
    return many == 2 && far == 1 && none == 1 && reasons.size() == 4;
  });
  const beam::MetricResults metrics = p.Run().metrics();
  EXPECT_EQ(metrics.CounterValue("klay", "files_failed"), 4);
}

// 1 kHz, as the original's tests hear it: within 4.6e-4 of the same tone at the new rate, away from the ends.
TEST(ResampleAudioTest, ASineStaysOne) {
  beam::TestPipeline p;
  const auto sines = p | beam::Create("Rates", {44100, 48000}) | beam::Map("Sines", [](int rate) {
                       AudioFile file{std::to_string(rate), Waveform(1, rate / 2, rate), ""};
                       for (std::size_t i = 0; i < file.audio.channel(0).size(); ++i) {
                         const double t = static_cast<double>(i) / rate;
                         file.audio.channel(0)[i] = static_cast<float>(0.5 * std::sin(6.283185307179586 * 1000 * t));
                       }
                       return file;
                     });
  for (const ResamplerMethod method : {ResamplerMethod::kSincHann, ResamplerMethod::kHigh}) {
    const std::string name = ResamplerMethodName(method);
    const auto [audio, failed] = sines | beam::ParDo("Resample " + name, ResampleAudio{16000, {.method = method}});
    PAssert::That(audio).Satisfies("Is a Sine " + name, [](const std::vector<AudioFile>& files) {
      double worst = files.size() == 2 ? 0 : 1;
      for (const AudioFile& file : files) {
        const std::span<const float> samples = file.audio.channel(0);
        for (std::size_t i = 200; i + 200 < samples.size(); ++i) {
          const double t = static_cast<double>(i) / 16000;
          worst = std::max(worst, std::abs(samples[i] - 0.5 * std::sin(6.283185307179586 * 1000 * t)));
        }
      }
      return worst <= 4.6e-4;
    });
    PAssert::That(failed).IsEmpty();
  }
  p.Run();
}

TEST(ResampleAudioTest, FieldsThatMakeNoSense) {
  EXPECT_THAT(Complaint(ResampleAudio{}), HasSubstr("at least 1 Hz"));
  EXPECT_THAT(Complaint(ResampleAudio{8000, {.lowpass_filter_width = 0}}), HasSubstr("lowpass_filter_width"));
  EXPECT_EQ(Complaint(ResampleAudio{8000, {.method = ResamplerMethod::kSincKaiser}}), "");
}

}  // namespace
}  // namespace klay
