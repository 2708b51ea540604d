#include "klay/transforms/convert_audio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "beam/transforms/par_do.h"
#include "klay/transforms/step_test_util.h"

namespace klay {
namespace {

using beam::PAssert;
using testing::HasSubstr;

TEST(ConvertAudioTest, EveryNumberIntoOthers) {
  const std::vector<std::string> sources = {"1 50 8000", "2 50 8000", "2 1 8000",  "2 0 8000",
                                            "6 50 8000", "9 50 8000", "200 3 8000"};
  const std::string no_layout = ": 9 channels have no usual layout; name both layouts";
  const std::string none_of_200 = ": 200 channels have no usual layout; name both layouts";
  struct Case {
    ConvertAudio step;
    std::vector<std::string> failed;
  };
  const Case cases[] = {
      {{.channels = 1}, {}},
      {{.channels = 2},
       {"9 50 8000: cannot convert 9 channels to 2" + no_layout,
        "200 3 8000: cannot convert 200 channels to 2" + none_of_200}},
      {{.channels = 1, .rule = ChannelRule::kLayout},
       {"9 50 8000: cannot convert 9 channels to 1" + no_layout,
        "200 3 8000: cannot convert 200 channels to 1" + none_of_200}},
      {{.channels = 9},
       {"2 50 8000: cannot convert 2 channels to 9" + no_layout, "2 1 8000: cannot convert 2 channels to 9" + no_layout,
        "2 0 8000: cannot convert 2 channels to 9" + no_layout, "6 50 8000: cannot convert 6 channels to 9" + no_layout,
        "200 3 8000: cannot convert 200 channels to 9: 200 channels have no usual layout; name both layouts"}},
      {{.source_layout = "stereo", .target_layout = "5.1(side)"},
       {"1 50 8000: it has 1 channels, and the layout \"stereo\" has 2",
        "6 50 8000: it has 6 channels, and the layout \"stereo\" has 2",
        "9 50 8000: it has 9 channels, and the layout \"stereo\" has 2",
        "200 3 8000: it has 200 channels, and the layout \"stereo\" has 2"}},
  };
  for (const Case& c : cases) {
    const std::string target = std::to_string(c.step.channels == 0 ? 6 : c.step.channels);
    SCOPED_TRACE("to " + target);
    std::vector<std::string> converted;
    for (const std::string& source : sources) {
      const auto fails = [&](const std::string& reason) { return reason.starts_with(source + ":"); };
      if (std::ranges::any_of(c.failed, fails)) continue;
      converted.push_back(source + " -> " + target + source.substr(source.find(' ')));
    }
    beam::TestPipeline p;
    const auto [audio, failed] = Signals(p, sources) | beam::ParDo("Convert", c.step);
    PAssert::That(Shapes(audio)).ContainsInAnyOrder(converted);
    PAssert::That(Reasons("Reasons", failed)).ContainsInAnyOrder(c.failed);
    EXPECT_NO_THROW(p.Run());
  }
}

TEST(ConvertAudioTest, GivesWhatConvertChannelsGives) {
  beam::TestPipeline p;
  const auto [mono, failed] =
      Signals(p, {"2 999 44100", "3 999 44100"}) | beam::ParDo("Convert", ConvertAudio{.channels = 1});
  PAssert::That(mono).Satisfies("Are Means", [](const std::vector<AudioFile>& files) {
    for (const AudioFile& file : files) {
      const Waveform expected = ConvertChannels(Signal(file.path).audio, 1);
      if (MatchInDb(expected, file.audio) != HUGE_VAL) return false;
    }
    return files.size() == 2;
  });
  PAssert::That(failed).IsEmpty();
  p.Run();
}

TEST(ConvertAudioTest, WhatHasThemAlreadyIsNotCopied) {
  AudioFile file = Signal("2 100 8000");
  const float* const samples = file.audio.data();
  struct Sink final : beam::Receiver<AudioFile> {
    void Receive(AudioFile&& file, const beam::ElementMeta&) override { got = std::move(file); }
    void ReceiveShared(const AudioFile&, const beam::ElementMeta&) override { FAIL(); }
    AudioFile got;
  } sink;
  const beam::ElementMeta meta{};
  const ConvertAudio step{.channels = 2};
  ConvertAudio::Mixers mixers = step.Setup();
  step.ProcessElement(mixers, std::move(file), {&sink, &meta}, {nullptr, &meta});
  EXPECT_EQ(sink.got.audio.data(), samples);
}

TEST(ConvertAudioTest, FieldsThatMakeNoSense) {
  EXPECT_THAT(Complaint(ConvertAudio{}), HasSubstr("from 1 to 255"));
  EXPECT_THAT(Complaint(ConvertAudio{.channels = 256}), HasSubstr("from 1 to 255"));
  EXPECT_THAT(Complaint(ConvertAudio{.source_layout = "stereo"}), HasSubstr("both or neither"));
  EXPECT_THAT(Complaint(ConvertAudio{.channels = 1, .source_layout = "stereo", .target_layout = "mono"}),
              HasSubstr("give either"));
  EXPECT_EQ(Complaint(ConvertAudio{.channels = 255}), "");
  try {
    (ConvertAudio{.source_layout = "stereo", .target_layout = "quadraphenia"}).Setup();
    ADD_FAILURE();
  } catch (const beam::UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("quadraphenia"));
  }
}

}  // namespace
}  // namespace klay
