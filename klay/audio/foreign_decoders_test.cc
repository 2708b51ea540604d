// What our encoders write, as other programs read it: every decoder of the test packages gets the frames that went in,
// at their place and level.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "klay/audio/encode_test_util.h"

namespace klay {
namespace {

class ForeignDecoders : public testing::Test {
 protected:
  ForeignDecoders() {
    std::string name = (std::filesystem::temp_directory_path() / "klay_foreign_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
    folder_ = name;
  }
  ~ForeignDecoders() override { std::filesystem::remove_all(folder_); }

  // Runs `command`, in which IN is a file of these bytes and OUT the wav file to make. Returns it, empty on failure.
  std::string Run(std::string command, const std::string& extension, const std::string& bytes) const {
    const std::string in = folder_ + "/in." + extension;
    const std::string out = folder_ + "/out.wav";
    std::ofstream(in, std::ios::binary) << bytes;
    std::filesystem::remove(out);
    for (const auto& [word, path] : {std::pair{"IN", in}, std::pair{"OUT", out}}) {
      command.replace(command.find(word), std::string(word).size(), path);
    }
    const int status = std::system((command + " >" + folder_ + "/log 2>&1").c_str());
    std::ifstream log(folder_ + "/log");
    EXPECT_EQ(status, 0) << command << '\n' << std::string(std::istreambuf_iterator<char>(log), {});
    std::ifstream wav(out, std::ios::binary);
    return {std::istreambuf_iterator<char>(wav), {}};
  }

 private:
  std::string folder_;
};

TEST_F(ForeignDecoders, GetWhatWentIn) {
  using enum AudioFormat;
  struct Case {
    EncodeOptions options;
    const char* command;
    std::vector<int> channels;
    double match_in_db;
  };
  const char* const ffmpeg = "ffmpeg -v error -xerror -i IN -c:a pcm_f32le OUT";
  const char* const sox = "sox IN -b 32 -e floating-point OUT";
  const Case cases[] = {
      {{.format = kWav, .bit_depth = BitDepth::kInt8}, sox, {2}, 30},
      {{.format = kWav, .bit_depth = BitDepth::kInt16}, sox, {1, 2, 6}, 80},
      {{.format = kWav, .bit_depth = BitDepth::kInt24}, sox, {1, 2, 9}, 128},
      {{.format = kWav, .bit_depth = BitDepth::kFloat32}, ffmpeg, {1, 2, 6}, HUGE_VAL},
      {{.format = kWav, .bit_depth = BitDepth::kFloat64}, sox, {2}, 140},
      {{.format = kAiff, .bit_depth = BitDepth::kInt16}, sox, {1, 2, 6}, 80},
      {{.format = kAiff, .bit_depth = BitDepth::kInt24}, ffmpeg, {1, 2}, 128},
      {{.format = kAiff, .bit_depth = BitDepth::kFloat32}, ffmpeg, {1, 2}, HUGE_VAL},
      {{.format = kFlac}, "flac --decode --silent IN -o OUT", {1, 2, 6}, 80},
      {{.format = kFlac, .bit_depth = BitDepth::kInt24}, ffmpeg, {1, 2, 6}, 128},
      {{.format = kMp3}, ffmpeg, {1, 2}, 45},
      {{.format = kMp3, .quality = 2}, ffmpeg, {1, 2}, 15},
      {{.format = kMp3, .bitrate = 64000}, "lame --quiet --decode IN OUT", {1}, 30},
      {{.format = kOgg}, "oggdec --quiet --bits 16 --output OUT IN", {1, 2}, 25},
      {{.format = kOgg, .quality = 8}, ffmpeg, {3, 5, 6, 7, 8}, 25},
      {{.format = kOpus}, "opusdec --quiet --float IN OUT", {1, 2}, 28},
      {{.format = kOpus, .bitrate = 400000}, ffmpeg, {3, 5, 6, 8}, 20},
      {{.format = kM4a}, ffmpeg, {1, 2}, 18},
      {{.format = kM4a, .bitrate = 400000}, ffmpeg, {3, 5, 6, 8}, 18},
  };
  for (const Case& c : cases) {
    for (const int channels : c.channels) {
      const std::string format(AudioFormatName(c.options.format));
      SCOPED_TRACE(format + ", " + std::to_string(channels) + " channels, " + c.command);
      const Waveform wave = TestTones(channels, 20'011, 48000);
      const std::string wav = Run(c.command, format, Encode(wave, c.options));
      ASSERT_FALSE(wav.empty());
      Waveform back = Load(wav).waveform;
      ASSERT_EQ(back.channels(), channels);
      EXPECT_EQ(back.sample_rate(), 48000);
      // FFmpeg's program keeps the padding of AAC, that of its own files too.
      if (c.options.format == kM4a) {
        ASSERT_GE(back.frames(), wave.frames());
        back.Resize(wave.frames());
      }
      ASSERT_EQ(back.frames(), wave.frames());
      EXPECT_GE(MatchInDb(wave, back), c.match_in_db);
    }
  }
}

}  // namespace
}  // namespace klay
