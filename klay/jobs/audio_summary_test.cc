// SummarizeAudio, alone and in a pipeline, and what is said of its result.
#include "klay/jobs/audio_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/combine.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"
#include "klay/jobs/stats_report.h"

namespace klay {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

constexpr double kSilence = -std::numeric_limits<double>::infinity();

MeasuredFile File(double seconds, int channels, int sample_rate, const std::string& codec = "mp3", int bit_depth = 0) {
  MeasuredFile file;
  file.path = "/music/a";
  file.report.info.container = bit_depth == 0 ? codec : "wav";
  file.report.info.codec = codec;
  file.report.info.channels = channels;
  file.report.info.sample_rate = sample_rate;
  file.report.info.bit_depth = bit_depth;
  file.report.frames = std::llround(seconds * sample_rate);
  return file;
}

// With the same level in all channels.
MeasuredFile WithLevels(MeasuredFile file, double lufs, ChannelStats stats) {
  file.loudness = Loudness{.integrated_lufs = lufs,
                           .range_lu = 1,
                           .true_peak_dbtp = 20 * std::log10(stats.peak),
                           .channel_true_peaks_dbtp = {}};
  file.levels.emplace();
  file.levels->frames = file.report.frames;
  file.levels->channels.assign(static_cast<std::size_t>(file.report.info.channels), stats);
  return file;
}

AudioSummary Summarize(const std::vector<MeasuredFile>& files) {
  const SummarizeAudio fn;
  AudioSummary summary = fn.CreateAccumulator();
  for (const MeasuredFile& file : files) fn.AddInput(summary, file);
  return fn.ExtractOutput(summary);
}

Json JsonOf(const AudioSummary& summary) { return Json::parse(StatsJson(summary, {})); }

// The test of klay_beam's own job, and what surrounds it.
TEST(AudioSummaryTest, CountsHoursRatesAndChannels) {
  struct Case {
    std::vector<MeasuredFile> files;
    std::string figures;  // seconds, mono_files, stereo_files, [rate, files]..., [channels, files]...
  };
  const Case cases[] = {
      {{}, "[0.0,0,0,[],[]]"},
      {{File(3.5, 2, 44100), File(2.0, 1, 48000), File(4.5, 2, 44100), File(5.0, 1, 96000)},
       "[15.0,2,2,[[44100,2],[96000,1],[48000,1]],[[2,2],[1,2]]]"},
      {{File(1, 6, 48000), File(1, 3, 48000)}, "[2.0,0,0,[[48000,2]],[[3,1],[6,1]]]"},
      {{File(0, 1, 8000)}, "[0.0,1,0,[[8000,1]],[[1,1]]]"},
      {std::vector<MeasuredFile>(10, File(0.1, 2, 1000)), "[1.0,0,10,[[1000,10]],[[2,10]]]"},
  };
  for (const Case& c : cases) {
    const AudioSummary summary = Summarize(c.files);
    EXPECT_EQ(summary.files(), static_cast<std::int64_t>(c.files.size()));
    const Json json = JsonOf(summary);
    Json figures = {json["seconds"], json["mono_files"], json["stereo_files"], Json::array(), Json::array()};
    for (const Json& rate : json["sample_rates"]) figures[3].push_back({rate["sample_rate"], rate["files"]});
    for (const Json& channels : json["channels"]) figures[4].push_back({channels["channels"], channels["files"]});
    EXPECT_EQ(figures.dump(), c.figures);
    EXPECT_EQ(json["hours"].get<double>(), json["seconds"].get<double>() / 3600);
    EXPECT_TRUE(json["levels"].is_null());
  }
}

TEST(AudioSummaryTest, FormatsAndDepthsAreThoseOfTheContent) {
  const AudioSummary summary = Summarize({File(9, 2, 44100), File(1, 1, 22050), File(4, 2, 44100, "pcm_s16le", 16),
                                          File(3, 2, 96000, "pcm_f32le", 32), File(2, 2, 96000, "pcm_s32le", 32)});
  const Json json = JsonOf(summary);
  const auto first = json["formats"][0];
  EXPECT_EQ(first.dump(), R"({"codec":"mp3","container":"mp3","files":2,"seconds":10.0})");
  EXPECT_EQ(json["formats"].size(), 4U);
  std::vector<std::string> depths;
  for (const Json& depth : json["bit_depths"]) depths.push_back(depth["bit_depth"].dump() + depth["files"].dump());
  EXPECT_EQ(depths, (std::vector<std::string>{"null2", "\"16\"1", "\"32f\"1", "\"32\"1"}));
}

TEST(AudioSummaryTest, LevelsCountWhereThereAreAny) {
  const ChannelStats ordinary{.peak = 0.5, .rms = 0.1, .dc = -0.001};
  const AudioSummary summary = Summarize({
      WithLevels(File(10, 2, 44100), -23, ordinary),
      WithLevels(File(10, 1, 44100), -13, {.peak = 1, .rms = 1, .dc = 0, .clipped = 7}),
      WithLevels(File(10, 2, 44100), kSilence, {}),                               // digital silence
      WithLevels(File(10, 2, 44100), kSilence, {.peak = 0.0009, .rms = 0.0001}),  // nothing to be heard
      WithLevels(File(10, 2, 44100), -20, {.peak = 0.5, .rms = 0.1, .not_finite = 1}),
      WithLevels(File(0, 1, 44100), kSilence, {}),  // empty is not silent
      File(10, 2, 44100),                           // not measured
  });
  const LevelSummary& levels = summary.levels;
  EXPECT_EQ(summary.files(), 7);
  EXPECT_EQ(summary.empty_files, 1);
  EXPECT_EQ(levels.files, 6);
  EXPECT_EQ(levels.clipped_files, 1);
  EXPECT_EQ(levels.silent_files, 2);
  EXPECT_EQ(levels.not_finite_files, 1);
  EXPECT_EQ(levels.integrated_lufs.count, 3);
  EXPECT_EQ(levels.integrated_lufs.smallest, -23);
  EXPECT_EQ(levels.integrated_lufs.Quantile(0.5), -20);
  EXPECT_EQ(levels.range_lu.count, 3);
  EXPECT_EQ(levels.peak_dbfs.count, 4);
  EXPECT_EQ(levels.peak_dbfs.largest, 0);
  EXPECT_EQ(levels.true_peak_dbtp.count, 4);
  EXPECT_NEAR(levels.rms_dbfs.smallest, -80, 1e-9);
  EXPECT_EQ(levels.dc_dbfs.count, 1);
  EXPECT_NEAR(levels.dc_dbfs.smallest, -60, 1e-9);
  const Json json = JsonOf(summary)["levels"];
  EXPECT_EQ(json["integrated_lufs"]["p50"], -20.0);
  EXPECT_EQ(
      json["integrated_lufs"]["histogram"].dump(),
      R"([{"files":1,"from":-23.0,"to":-22.0},{"files":1,"from":-20.0,"to":-19.0},{"files":1,"from":-13.0,"to":-12.0}])");
}

TEST(AudioSummaryTest, TheRmsIsThatOfAllChannelsAndThePeakOfTheLoudest) {
  AudioStats stats;
  stats.channels = {{.peak = 0.1, .rms = 0.6, .dc = 0.01}, {.peak = 0.8, .rms = 0.8, .dc = -0.1}};
  EXPECT_NEAR(RmsDbfs(stats), 20 * std::log10(std::sqrt(0.5)), 1e-12);
  EXPECT_NEAR(PeakDbfs(stats), 20 * std::log10(0.8), 1e-12);
  EXPECT_NEAR(DcDbfs(stats), -20, 1e-12);
}

std::vector<MeasuredFile> ManyFiles() {
  std::vector<MeasuredFile> files;
  for (int i = 0; i < 300; ++i) {
    MeasuredFile file = File(0.01 + std::fmod(i * 0.7310585786, 1.0) * std::pow(10, i % 5), 1 + i % 3, 8000 + i % 7);
    if (i % 11 == 0) file.report.damage_count = 1;
    if (i % 4 != 0) {
      file = WithLevels(std::move(file), i % 9 == 0 ? kSilence : -20 + i * 0.017,
                        {.peak = i / 200.0, .rms = i / 500.0, .dc = i * 1e-5, .clipped = i % 5});
    }
    files.push_back(std::move(file));
  }
  return files;
}

TEST(AudioSummaryTest, TheSameInAnyOrderGroupingAndNumberOfThreads) {
  const std::string once = StatsJson(Summarize(ManyFiles()), {});
  const SummarizeAudio fn;
  std::vector<AudioSummary> parts(7);
  std::size_t next = 0;
  for (const MeasuredFile& file : ManyFiles()) fn.AddInput(parts[next++ * 3 % 7], file);
  AudioSummary merged = fn.CreateAccumulator();
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) fn.MergeAccumulators(merged, *part);
  EXPECT_EQ(StatsJson(merged, {}), once);
  EXPECT_EQ(StatsTable(merged), StatsTable(Summarize(ManyFiles())));
  for (const int workers : {1, 4}) {
    beam::PipelineOptions options = beam::TestPipeline::DefaultOptions();
    options.direct_num_workers = workers;
    beam::TestPipeline p(options);
    const auto json = p
        | beam::Create("Numbers", {0, 1, 2, 3, 4, 5})
        | beam::FlatMap("Files",
                        [](int i) {
                          std::vector<MeasuredFile> files = ManyFiles();
                          return std::vector<MeasuredFile>(files.begin() + i * 50, files.begin() + (i + 1) * 50);
                        })
        | beam::CombineGlobally("Summarize", SummarizeAudio{})
        | beam::Map("Json", [](const AudioSummary& summary) { return StatsJson(summary, {}); });
    beam::PAssert::ThatSingleton(json).IsEqualTo(once);
    p.Run();
  }
}

TEST(StatsReportTest, ATableForPeople) {
  const std::string text = StatsTable(Summarize({
      WithLevels(File(5400, 2, 44100), -23, {.peak = 0.5, .rms = 0.1, .clipped = 3}),
      File(1800, 1, 48000, "pcm_f32le", 32),
  }));
  for (const char* const row : {
           "       1       1.5000   75.0  mp3, mp3\n",
           "       1       0.5000   25.0  48000 Hz\n",
           "       1       1.5000   75.0  stereo\n",
           "       1       0.5000   25.0  mono\n",
           "       1       1.5000   75.0  none: lossy\n",
           "       1       0.5000   25.0  32f: floating point\n",
           "       1                50.0  30 min to 1 h\n",
           "       2   1800.00   1800.00   1800.00   1800.00   5400.00   5400.00   5400.00   3600.00  length in s\n",
           "       1    -23.00    -23.00    -23.00    -23.00    -23.00    -23.00    -23.00    -23.00  loudness in "
           "LUFS\n",
           "       1  clipped\n",
       }) {
    EXPECT_THAT(text, HasSubstr(row));
  }
  EXPECT_THAT(text, Not(HasSubstr("DC offset")));  // there is none
  EXPECT_THAT(text, Not(HasSubstr("damaged")));
}

TEST(StatsReportTest, ALineForEachFile) {
  MeasuredFile file = WithLevels(File(2, 2, 48000, "pcm_s16le", 16), kSilence, {.peak = 0.5, .rms = 0.1, .clipped = 4});
  file.path = "/m/na\xC3\xAFve\n\xFF.wav";
  file.report.damage = {"truncated: half"};
  file.report.damage_count = 1;
  file.levels->silent_frames = 24000;
  const std::string text = FileJson(file);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const Json json = Json::parse(text);
  EXPECT_EQ(json["path"], "/m/na\xC3\xAFve\\n\\xFF.wav");
  EXPECT_EQ(json["bit_depth"], "16");
  EXPECT_EQ(json["frames"], 96000);
  EXPECT_EQ(json["seconds"], 2.0);
  EXPECT_EQ(json["damage"], "truncated: half");
  EXPECT_TRUE(json["integrated_lufs"].is_null());
  EXPECT_EQ(json["clipped_samples"], 8);
  EXPECT_EQ(json["silent_seconds"], 0.5);
  const Json not_measured = Json::parse(FileJson(File(1, 1, 8000)));
  EXPECT_EQ(not_measured.size(), json.size());
  for (const char* const name : {"bit_depth", "damage", "range_lu", "rms_dbfs", "clipped_samples", "silent_seconds"}) {
    EXPECT_TRUE(not_measured[name].is_null()) << name;
  }
}

}  // namespace
}  // namespace klay
