// Transcode: what comes out is what decoding, converting and encoding whole signals gives, and what is wrong with one
// file stays with that file.
#include "klay/transforms/transcode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/read_matches.h"
#include "beam/io/test_files.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"
#include "klay/audio/convert_channels.h"
#include "klay/audio/crop.h"
#include "klay/audio/encode_test_util.h"
#include "klay/transforms/skip_completed.h"

namespace klay {
namespace {

using beam::testing_files::ErrorOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

// What became of each path: "done", or the reason.
using Outcomes = std::map<std::string, std::string>;
std::mutex outcomes_mutex;
Outcomes outcomes;

void Note(const std::string& path, const std::string& outcome) {
  const std::lock_guard lock(outcomes_mutex);
  outcomes[path] += outcome;
}

class TranscodeTest : public testing::Test {
 protected:
  Outcomes Run(const std::vector<std::string>& paths, const Transcode& step, int workers = 2) {
    outcomes.clear();
    beam::PipelineOptions options = beam::TestPipeline::DefaultOptions();
    options.direct_num_workers = workers;
    options.direct_max_attempts = 1;
    beam::TestPipeline p(options);
    const auto [done, skipped, failed, outcomes_of_files] =
        p | beam::Create("Paths", paths) | beam::ReadMatches("Read") | beam::ParDo("Transcode", step);
    done | beam::ForEach("Done", [](const TranscodedFile& file) { Note(file.path, "done"); });
    skipped | beam::ForEach("Skipped", [](const Failure& file) { Note(file.path, "skipped: " + file.reason); });
    failed | beam::ForEach("Failed", [](const Failure& file) { Note(file.path, "failed: " + file.reason); });
    p.Run();
    return outcomes;
  }

  // Of one file that was listed.
  static FileOutcome OutcomeOf(const beam::FileMetadata& listed, const Transcode& step) {
    static FileOutcome found;
    found = {};
    beam::TestPipeline p;
    const auto [done, skipped, failed, outcomes_of_files] =
        p | beam::Create("Listed", {listed}) | beam::ReadMatches("Read") | beam::ParDo("Transcode", step);
    outcomes_of_files | beam::ForEach("Outcome", [](const FileOutcome& outcome) { found = outcome; });
    p.Run();
    return found;
  }

  std::shared_ptr<beam::MemoryFileSystem> files_ = std::make_shared<beam::MemoryFileSystem>();
  std::shared_ptr<beam::FaultyFileSystem> faulty_ = std::make_shared<beam::FaultyFileSystem>(files_);
  beam::ScopedFileSystem scope_{"mem", faulty_};
};

EncodeOptions Float32() { return {.format = AudioFormat::kWav, .bit_depth = BitDepth::kFloat32}; }

TEST_F(TranscodeTest, BlocksGiveWhatWholeSignalsGive) {
  // Longer than two blocks, and of a length that no block divides.
  const Waveform source = TestTones(2, 20'011, 44100);
  files_->Put("mem://in/a.wav", Encode(source, Float32()));
  const struct {
    std::optional<int> rate;
    std::optional<int> channels;
    ResamplerMethod method;
  } cases[] = {
      {{}, {}, ResamplerMethod::kSincHann},   {16000, 1, ResamplerMethod::kSincHann},
      {48000, {}, ResamplerMethod::kHigh},    {{}, 1, ResamplerMethod::kHigh},
      {48000, 4, ResamplerMethod::kSincHann}, {22050, 1, ResamplerMethod::kVeryHigh},
      {44100, 2, ResamplerMethod::kMedium},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.rate.value_or(0) << " Hz, " << c.channels.value_or(0) << " channels");
    Transcode step{.source_suffix = ".wav", .target_suffix = ".out.wav", .encode = Float32()};
    step.sample_rate = c.rate;
    step.channels = c.channels;
    step.resampler = c.method;
    EXPECT_THAT(Run({"mem://in/a.wav"}, step), UnorderedElementsAre(testing::Pair("mem://in/a.wav", "done")));
    const int channels = c.channels.value_or(2);
    Waveform expected = source.Clone();
    if (channels < 2) expected = ConvertChannels(expected, channels);
    if (c.rate) expected = Resample(expected, *c.rate, {.method = c.method});
    if (channels > 2) expected = ConvertChannels(expected, channels);
    const Waveform found = Load(*files_->Get("mem://in/a.out.wav")).waveform;
    ASSERT_EQ(found.channels(), channels);
    ASSERT_EQ(found.sample_rate(), c.rate.value_or(44100));
    ASSERT_EQ(found.frames(), expected.frames());
    EXPECT_EQ(MatchInDb(expected, found), HUGE_VAL);
  }
}

TEST_F(TranscodeTest, EveryFormatIntoEveryFormat) {
  const Waveform source = TestTones(2, 48'000, 48000);
  std::vector<std::string> paths;
  const AudioFormat formats[] = {AudioFormat::kWav, AudioFormat::kAiff, AudioFormat::kFlac, AudioFormat::kMp3,
                                 AudioFormat::kOgg, AudioFormat::kOpus, AudioFormat::kM4a};
  for (const AudioFormat format : formats) {
    paths.push_back("mem://in/" + std::string(AudioFormatName(format)) + ".any");
    files_->Put(paths.back(), Encode(source, {.format = format}));
  }
  for (const AudioFormat format : formats) {
    const std::string suffix = "." + std::string(AudioFormatName(format));
    Transcode step{.source_suffix = ".any", .target_suffix = suffix, .encode = {.format = format}};
    step.source_dir = "mem://in";
    step.target_dir = "mem://out/deep";
    for (const auto& [path, outcome] : Run(paths, step)) EXPECT_EQ(outcome, "done") << path << " to " << suffix;
    for (const std::string& path : paths) {
      const std::string target = TargetPath(path, ".any", suffix, step.source_dir, step.target_dir);
      const auto bytes = files_->Get(target);
      ASSERT_TRUE(bytes.has_value()) << target;
      const LoadedAudio back = Load(*bytes);
      EXPECT_EQ(back.waveform.frames(), source.frames()) << target;
      EXPECT_EQ(back.waveform.channels(), 2) << target;
    }
  }
}

TEST_F(TranscodeTest, WhatIsWrongStaysWithItsFile) {
  const std::string good = Encode(TestTones(1, 3000, 8000), {});
  files_->Put("mem://d/good.wav", good);
  files_->Put("mem://d/text.wav", "no audio at all");
  files_->Put("mem://d/empty.wav", "");
  files_->Put("mem://d/cut.wav", good.substr(0, good.size() / 2));
  files_->Put("mem://d/full.wav", good);
  files_->Put("mem://d/refused.wav", good);
  files_->Put("mem://d/odd.wav", Encode(TestTones(1, 3000, 12345), {}));
  faulty_->FailWrite("mem://d/full.mp3", 1, "no space left");
  faulty_->FailFinish("mem://d/refused.mp3", "the upload was refused");
  std::vector<std::string> paths = {"mem://d/gone.wav"};
  for (const char* const name : {"good", "text", "empty", "cut", "full", "refused", "odd"}) {
    paths.push_back(std::string("mem://d/") + name + ".wav");
  }
  const Transcode step{.source_suffix = ".wav", .target_suffix = ".mp3", .encode = {.format = AudioFormat::kMp3}};
  for (const int workers : {1, 3}) {
    const Outcomes found = Run(paths, step, workers);
    EXPECT_EQ(found.size(), paths.size());
    const std::map<std::string, std::string> expected = {
        {"good", "done"},
        {"gone", "mem://d/gone.wav"},
        {"text", "not audio"},
        {"empty", "empty"},
        {"cut", "truncated"},
        {"full", "no space left"},
        {"refused", "the upload was refused"},
        {"odd", "12000"},  // the nearest rate that mp3 has
    };
    for (const auto& [name, text] : expected) {
      const std::string path = "mem://d/" + name + ".wav";
      ASSERT_TRUE(found.contains(path)) << path;
      EXPECT_THAT(found.at(path), HasSubstr(text)) << path;
      EXPECT_EQ(files_->Get("mem://d/" + name + ".mp3").has_value(), name == "good") << path;
    }
    files_->Delete("mem://d/good.mp3");
  }
  FileOutcome outcome = OutcomeOf({"mem://d/full.wav", 7}, step);
  EXPECT_EQ(outcome.result, FileResult::kFailed);
  EXPECT_THAT(outcome.reason, HasSubstr("no space left"));
  EXPECT_THAT(outcome.targets, ElementsAre());
  outcome = OutcomeOf({"mem://d/refused.wav", 7}, step);
  EXPECT_EQ(outcome.result, FileResult::kFailed) << "what could not be finished is not done";
  EXPECT_THAT(outcome.targets, ElementsAre());
  outcome = OutcomeOf({"mem://d/good.wav", 7}, step);
  EXPECT_EQ(outcome.result, FileResult::kDone);
  EXPECT_THAT(outcome.targets, ElementsAre("mem://d/good.mp3"));
  Transcode keep = step;
  keep.on_damage = OnDamage::kKeep;
  EXPECT_THAT(Run({"mem://d/cut.wav"}, keep), ElementsAre(testing::Pair("mem://d/cut.wav", "done")));
  EXPECT_TRUE(files_->Get("mem://d/cut.mp3").has_value());
}

TEST_F(TranscodeTest, ASourceThatChangesWhileItIsReadFails) {
  const std::string wav = Encode(TestTones(1, 3000, 8000), {});
  const std::string other = Encode(TestTones(1, 2000, 8000), {});
  const Transcode step{.source_suffix = ".wav", .target_suffix = ".flac", .encode = {.format = AudioFormat::kFlac}};
  const struct {
    const char* what;
    std::function<void()> change;
    const char* reason;
  } cases[] = {
      {"nothing", [] {}, ""},
      {"while it is read", [&] { faulty_->ReplaceOnceOpened("mem://d/a.wav", other); }, "changed or replaced while"},
      {"by what is no audio", [&] { files_->Put("mem://d/a.wav", "text"); }, "changed or replaced while"},
      {"since it was listed", [&] { files_->Put("mem://d/a.wav", wav); }, "changed or replaced while"},
      {"it is gone", [&] { files_->Delete("mem://d/a.wav"); }, "deleted while"},
  };
  for (const auto& c : cases) {
    files_->Put("mem://d/a.wav", wav);
    const beam::FileMetadata listed = files_->Status("mem://d/a.wav")->metadata;
    c.change();
    const FileOutcome outcome = OutcomeOf(listed, step);
    EXPECT_EQ(outcome.input, listed) << c.what;
    EXPECT_THAT(outcome.reason, HasSubstr(c.reason)) << c.what;
    EXPECT_EQ(outcome.result, *c.reason == 0 ? FileResult::kDone : FileResult::kFailed) << c.what;
    EXPECT_EQ(files_->Get("mem://d/a.flac").has_value(), *c.reason == 0) << c.what;
    files_->Delete("mem://d/a.flac");
  }
}

TEST_F(TranscodeTest, ASourceOfAnotherVersionThanWasListedFails) {
  files_->TellVersions();
  const std::string wav = Encode(TestTones(1, 3000, 8000), {});
  const Transcode step{.source_suffix = ".wav", .target_suffix = ".flac", .encode = {.format = AudioFormat::kFlac}};
  files_->Put("mem://d/a.wav", wav, 100);
  const beam::FileMetadata listed = files_->Status("mem://d/a.wav")->metadata;
  const std::int64_t looks = faulty_->requests().statuses;
  EXPECT_EQ(OutcomeOf(listed, step).result, FileResult::kDone);
  EXPECT_EQ(faulty_->requests().statuses, looks) << "nobody needs to look whether it was replaced meanwhile";
  files_->Delete("mem://d/a.flac");
  files_->Put("mem://d/a.wav", wav, 100);
  const FileOutcome outcome = OutcomeOf(listed, step);
  EXPECT_EQ(outcome.result, FileResult::kFailed);
  EXPECT_THAT(outcome.reason, HasSubstr("\"mem://d/a.wav\" was changed or replaced after it was listed"));
  EXPECT_FALSE(files_->Get("mem://d/a.flac").has_value());
}

TEST_F(TranscodeTest, ATargetNeverReplacesItsSource) {
  const std::string wav = Encode(TestTones(1, 100, 8000), {});
  files_->Put("mem://d/a.wav", wav);
  const Transcode step{.source_suffix = ".wav", .target_suffix = ".wav"};
  EXPECT_THAT(Run({"mem://d/a.wav"}, step)["mem://d/a.wav"], HasSubstr("would replace it"));
  EXPECT_EQ(files_->Get("mem://d/a.wav"), wav);
}

TEST_F(TranscodeTest, CropsAreTheSameInEveryRun) {
  const Waveform source = TestTones(1, 30'000, 8000);
  const std::string wav = Encode(source, Float32());
  std::vector<std::string> paths;
  for (int i = 0; i < 20; ++i) {
    paths.push_back("mem://in/" + std::to_string(i) + ".wav");
    files_->Put(paths.back(), wav);
  }
  files_->Put("mem://in/short.wav", Encode(TestTones(1, 8000, 8000), Float32()));
  paths.emplace_back("mem://in/short.wav");
  Transcode step{.source_suffix = ".wav", .target_suffix = "-1s.wav", .encode = Float32()};
  step.crop_seconds = 1;
  std::map<std::string, std::string> first;
  for (const int workers : {1, 4}) {
    Outcomes found = Run(paths, step, workers);
    EXPECT_THAT(found["mem://in/short.wav"], HasSubstr("skipped"));
    for (int i = 0; i < 20; ++i) {
      const std::string name = "mem://in/" + std::to_string(i);
      ASSERT_EQ(found[name + ".wav"], "done");
      const std::string bytes = *files_->Get(name + "-1s.wav");
      const std::int64_t begin = CropRandom(30'000, 8000, name + ".wav", 0)->begin;
      EXPECT_EQ(MatchInDb(Crop(source, {begin, 8000}), Load(bytes).waveform), HUGE_VAL);
      first.emplace(name, bytes);
      EXPECT_EQ(first[name], bytes);
    }
  }
  EXPECT_NE(first["mem://in/0"], first["mem://in/1"]);
  step.seed = 7;
  Run(paths, step);
  EXPECT_NE(first["mem://in/0"], *files_->Get("mem://in/0-1s.wav"));
}

TEST_F(TranscodeTest, FieldsThatMakeNoSense) {
  EXPECT_THAT(ErrorOf([] { Transcode{.source_suffix = "", .target_suffix = "", .sample_rate = 0}.Validate(); }),
              HasSubstr("sample rate"));
  EXPECT_THAT(ErrorOf([] { Transcode{.source_suffix = "", .target_suffix = "", .channels = 0}.Validate(); }),
              HasSubstr("channels"));
  EXPECT_THAT(ErrorOf([] { Transcode{.source_suffix = "", .target_suffix = "", .crop_seconds = 0}.Validate(); }),
              HasSubstr("crop"));
  EXPECT_THAT(ErrorOf([] { Transcode{.source_suffix = "", .target_suffix = "", .source_dir = "a"}.Validate(); }),
              HasSubstr("both or neither"));
}

}  // namespace
}  // namespace klay
