#include "klay/transforms/encode_audio.h"

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

// "PATH: CONTAINER 2 1000 44100", as our own decoder reads it.
std::string DescribeContent(const beam::FileContent& content) {
  const LoadedAudio back = Load({reinterpret_cast<const char*>(content.bytes.data()), content.bytes.size()});
  const Waveform& wave = back.waveform;
  return content.path + ": " + back.report.info.container + ' ' + std::to_string(wave.channels()) + ' '
      + std::to_string(wave.frames()) + ' ' + std::to_string(wave.sample_rate());
}

TEST(EncodeAudioTest, FormatsAndNames) {
  const struct {
    EncodeAudio step;
    std::vector<std::string> files;
    std::vector<std::string> failed;  // paths
  } cases[] = {
      {{"", ".wav"},
       {"1 0 8000.wav: wav 1 0 8000", "2 1 48000.wav: wav 2 1 48000", "9 10 44100.wav: wav 9 10 44100",
        "2 3000 12345.wav: wav 2 3000 12345"},
       {"0 0 0"}},
      {{"00", "00.flac", "", "", {.format = AudioFormat::kFlac}},
       {"1 0 8000.flac: flac 1 0 8000", "2 1 48000.flac: flac 2 1 48000", "2 3000 1234500.flac: flac 2 3000 12345"},
       {"0 0 0", "9 10 44100"}},
      {{"", ".mp3", ".", "gs://out/deep", {.format = AudioFormat::kMp3}},
       {"gs://out/deep/1 0 8000.mp3: mp3 1 0 8000", "gs://out/deep/2 1 48000.mp3: mp3 2 1 48000"},
       {"0 0 0", "9 10 44100", "2 3000 12345"}},
      {{"", ""}, {}, {"0 0 0", "1 0 8000", "2 1 48000", "9 10 44100", "2 3000 12345"}},
      {{"", ".x", "/elsewhere", "/out"}, {}, {"0 0 0", "1 0 8000", "2 1 48000", "9 10 44100", "2 3000 12345"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.step.target_suffix);
    beam::TestPipeline p;
    const auto [files, failed] =
        Signals(p, {"1 0 8000", "2 1 48000", "9 10 44100", "2 3000 12345", "0 0 0"}) | beam::ParDo("Encode", c.step);
    PAssert::That(files | beam::Map("Describe", [](const beam::FileContent& file) { return DescribeContent(file); }))
        .ContainsInAnyOrder(c.files);
    PAssert::That(failed | beam::Map("Paths", [](const Failure& failure) { return failure.path; }))
        .ContainsInAnyOrder(c.failed);
    EXPECT_NO_THROW(p.Run());
  }
}

TEST(EncodeAudioTest, TheBytesAreTheEncodersOwn) {
  beam::TestPipeline p;
  const auto [files, failed] = Signals(p, {"2 5000 44100"})
      | beam::ParDo("Encode",
                    EncodeAudio{
                        "", ".wav", "", "", {.bit_depth = BitDepth::kInt16, .quantisation = Quantisation::kFloor}});
  PAssert::That(files).Satisfies("Are the Encoder's", [](const std::vector<beam::FileContent>& contents) {
    const std::string expected =
        Encode(Signal("2 5000 44100").audio,
               {.bit_depth = BitDepth::kInt16, .quantisation = Quantisation::kFloor, .expected_frames = 5000});
    const beam::Bytes& bytes = contents[0].bytes;
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()) == expected;
  });
  PAssert::That(failed).IsEmpty();
  p.Run();
}

TEST(EncodeAudioTest, FieldsThatMakeNoSense) {
  EXPECT_THAT(Complaint(EncodeAudio{"", ".mp3"}), HasSubstr("write wav into files that end in '.mp3'"));
  EXPECT_THAT(Complaint(EncodeAudio{"", ".ogg", "", "", {.format = AudioFormat::kMp3}}), HasSubstr("write mp3"));
  EXPECT_THAT(Complaint(EncodeAudio{"", ".wav", "/in"}), HasSubstr("both or neither"));
  EXPECT_THAT(Complaint(EncodeAudio{"", ".mp3", "", "", {.format = AudioFormat::kMp3, .bit_depth = BitDepth::kInt16}}),
              HasSubstr("depth"));
  EXPECT_EQ(Complaint(EncodeAudio{"", ".16k.WAV"}), "");
  EXPECT_EQ(Complaint(EncodeAudio{"", ".anything"}), "");
  EXPECT_EQ(Complaint(EncodeAudio{"", ".ogg", "", "", {.format = AudioFormat::kOpus}}), "");
}

}  // namespace
}  // namespace klay
