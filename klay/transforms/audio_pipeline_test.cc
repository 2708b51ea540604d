// The audio steps in one pipeline, from files to files: whatever goes in, each file comes out as exactly one of written
// and failed, and what is written is what the primitives make.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <filesystem>
#include <map>
#include <numbers>
#include <set>
#include <string>
#include <vector>

#include "beam/io/match_files.h"
#include "beam/io/read_matches.h"
#include "beam/io/test_files.h"
#include "beam/io/write_files.h"
#include "beam/transforms/reshuffle.h"
#include "klay/transforms/convert_audio.h"
#include "klay/transforms/encode_audio.h"
#include "klay/transforms/load_audio.h"
#include "klay/transforms/resample_audio.h"
#include "klay/transforms/step_test_util.h"

namespace klay {
namespace {

using beam::PAssert;
using beam::testing_files::TestFolder;

// || |A| - |B| || / || |A| || over the magnitudes of short-time spectra: 256 samples under a Hann window, every 128. As
// the original's tests measure how far a signal has gone from another.
double Divergence(std::span<const float> a, std::span<const float> b) {
  constexpr std::size_t kWindow = 256;
  const auto magnitudes = [](std::span<const float> signal, std::size_t at) {
    std::vector<std::complex<double>> bins(kWindow);
    for (std::size_t i = 0; i < kWindow; ++i) {
      // In the order of the transform's input: the bits of the index reversed.
      std::size_t reversed = 0;
      for (std::size_t bit = 1; bit < kWindow; bit *= 2) reversed = 2 * reversed + ((i & bit) != 0 ? 1 : 0);
      const double hann = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / kWindow);
      bins[reversed] = at + i < signal.size() ? hann * signal[at + i] : 0;
    }
    for (std::size_t half = 1; half < kWindow; half *= 2) {
      for (std::size_t begin = 0; begin < kWindow; begin += 2 * half) {
        for (std::size_t k = 0; k < half; ++k) {
          const double phase = -std::numbers::pi * static_cast<double>(k) / static_cast<double>(half);
          const std::complex<double> odd = bins[begin + half + k] * std::polar(1.0, phase);
          bins[begin + half + k] = bins[begin + k] - odd;
          bins[begin + k] += odd;
        }
      }
    }
    std::vector<double> sizes;
    for (std::size_t k = 0; k <= kWindow / 2; ++k) sizes.push_back(std::abs(bins[k]));
    return sizes;
  };
  double difference = 0;
  double size = 0;
  for (std::size_t at = 0; at < a.size(); at += kWindow / 2) {
    const std::vector<double> in_a = magnitudes(a, at);
    const std::vector<double> in_b = magnitudes(b, at);
    for (std::size_t k = 0; k < in_a.size(); ++k) {
      difference += (in_a[k] - in_b[k]) * (in_a[k] - in_b[k]);
      size += in_a[k] * in_a[k];
    }
  }
  return std::sqrt(difference / size);
}

// What is in a file of a folder, by its name without the suffix.
std::map<std::string, Waveform> LoadFolder(const std::string& folder, const std::string& suffix) {
  std::map<std::string, Waveform> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().filename();
    EXPECT_TRUE(name.ends_with(suffix)) << name;
    std::ifstream in(entry.path(), std::ios::binary);
    files[name.substr(0, name.size() - suffix.size())] = Load({std::istreambuf_iterator<char>(in), {}}).waveform;
  }
  return files;
}

TEST(AudioPipelineTest, FromFixturesToFilesAndBack) {
  const TestFolder out;
  beam::TestPipeline p;
  const std::vector<std::string> patterns = {FixturePath("music/ok-*"), FixturePath("damaged/*")};
  const auto [audio, undecoded, seconds] = p
      | beam::MatchFiles("Match", patterns)
      | beam::Reshuffle("Prevent Fusion")
      | beam::ReadMatches("Read")
      | beam::ParDo("Load Audio", LoadAudio{});
  const auto [mono, unmixed] = audio | beam::ParDo("To Mono", ConvertAudio{.channels = 1});
  const auto [resampled, unresampled] =
      mono | beam::Reshuffle("Travel") | beam::ParDo("Resample", ResampleAudio{.sample_rate = 16000});
  const auto [files, unencoded] = resampled
      | beam::ParDo("Encode",
                    EncodeAudio{"", ".16k.wav", FixturePath(""), out / "deep/er", {.bit_depth = BitDepth::kFloat32}});
  const auto [written, unwritten] = files | beam::ParDo("Write", beam::WriteFiles{});
  PAssert::That(unwritten).IsEmpty();
  for (const auto& [label, failures] :
       {std::pair{"Unmixed", unmixed}, {"Unresampled", unresampled}, {"Unencoded", unencoded}}) {
    PAssert::That(failures, label).IsEmpty();
  }
  // As the fixtures are named: every bad and damaged one is said to be so, if its format has a way to tell.
  PAssert::That(undecoded).Satisfies("Are the Bad Ones", [](const std::vector<Failure>& failures) -> std::string {
    std::set<std::string> failed;
    for (const Failure& failure : failures) {
      if (failure.reason.empty()) return failure.path + " without a reason";
      failed.insert(failure.path.substr(failure.path.rfind('/') + 1));
    }
    for (const auto& entry : std::filesystem::directory_iterator(FixturePath("damaged"))) {
      const std::string name = entry.path().filename();
      if (name.starts_with("bad-") && name != "bad-wav-inside.mp3" && !failed.contains(name)) return name + " passed";
      if (name.starts_with("damaged-truncated") && !failed.contains(name)) return name + " passed";
      if (name.starts_with("ok-") && failed.contains(name)) return name + " failed";
    }
    return "";
  });
  p.Run();

  std::map<std::string, Waveform> results = LoadFolder(out.path(), ".16k.wav");
  const Waveform music = Load(Fixture("music/music.wav")).waveform;
  const Waveform expected = Resample(ConvertChannels(music, 1), 16000);
  // How far a codec may take the spectrum away, as in the original's tests; 0 is to the bit.
  const std::map<std::string, double> codecs = {{"wav", 0},     {"flac", 0},     {"aiff", 0},     {"mp3", 0.1},
                                                {"ogg", 0.125}, {"opus", 0.125}, {"webm", 0.125}, {"m4a", 0.125}};
  for (const auto& [suffix, most] : codecs) {
    SCOPED_TRACE(suffix);
    const Waveform& found = results["ok-12s." + suffix];
    ASSERT_EQ(found.channels(), 1);
    ASSERT_EQ(found.sample_rate(), 16000);
    ASSERT_EQ(found.frames(), expected.frames());
    if (most == 0) {
      EXPECT_EQ(MatchInDb(expected, found), HUGE_VAL);
    } else {
      EXPECT_LE(Divergence(expected.channel(0), found.channel(0)), most);
    }
  }
  EXPECT_EQ(results.at("ok-10ms-mono.wav").frames(), 160);
  EXPECT_EQ(results.at("ok-zero-samples.wav").frames(), 0);
}

}  // namespace
}  // namespace klay
