// PlanTranscode: says of each file what Transcode then does.
#include "klay/transforms/plan_transcode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/read_matches.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"
#include "klay/audio/encode_test_util.h"

namespace klay {
namespace {

using testing::HasSubstr;

// By path.
std::map<std::string, PlannedFile> planned_files;
std::map<std::string, std::string> reasons;

void Plan(const std::vector<std::string>& paths, const Transcode& step) {
  planned_files.clear();
  reasons.clear();
  beam::PipelineOptions options = beam::TestPipeline::DefaultOptions();
  options.direct_num_workers = 1;
  beam::TestPipeline p(options);
  const auto [planned, skipped, failed] =
      p | beam::Create("Paths", paths) | beam::ReadMatches("Read") | beam::ParDo("Plan", PlanTranscode{step});
  planned | beam::ForEach("Planned", [](const PlannedFile& file) { planned_files[file.path] = file; });
  skipped | beam::ForEach("Skipped", [](const Failure& file) { reasons[file.path] = "skipped: " + file.reason; });
  failed | beam::ForEach("Failed", [](const Failure& file) { reasons[file.path] = "failed: " + file.reason; });
  p.Run();
}

class PlanTranscodeTest : public testing::Test {
 protected:
  std::shared_ptr<beam::MemoryFileSystem> files_ = std::make_shared<beam::MemoryFileSystem>();
  std::shared_ptr<beam::FaultyFileSystem> counted_ = std::make_shared<beam::FaultyFileSystem>(files_);
  beam::ScopedFileSystem scope_{"mem", counted_};
};

TEST_F(PlanTranscodeTest, SaysWhatTranscodeThenMakes) {
  const std::string wav = Encode(TestTones(2, 44'100, 44100), {});
  files_->Put("mem://in/a.wav", wav);
  const struct {
    Transcode step;
    double seconds;
    bool exact;
  } cases[] = {
      {{.source_suffix = ".wav", .target_suffix = ".x", .sample_rate = 16000, .channels = 1}, 1, true},
      {{.source_suffix = ".wav", .target_suffix = ".x", .encode = {.bit_depth = BitDepth::kInt24}}, 1, true},
      {{.source_suffix = ".wav", .target_suffix = ".x", .encode = {.format = AudioFormat::kAiff}, .crop_seconds = 0.5},
       0.5,
       true},
      {{.source_suffix = ".wav", .target_suffix = ".x", .npy = true, .sample_rate = 22050}, 1, true},
      {{.source_suffix = ".wav", .target_suffix = ".x", .encode = {.format = AudioFormat::kFlac}}, 1, false},
  };
  for (const auto& c : cases) {
    Plan({"mem://in/a.wav"}, c.step);
    ASSERT_EQ(planned_files.size(), 1U);
    const PlannedFile& planned = planned_files["mem://in/a.wav"];
    EXPECT_EQ(planned.target, "mem://in/a.x");
    EXPECT_DOUBLE_EQ(planned.seconds, c.seconds);
    EXPECT_EQ(files_->Paths().size(), 1U) << "nothing is written";
    beam::TestPipeline p;
    p
        | beam::Create("Paths", {std::string("mem://in/a.wav")})
        | beam::ReadMatches("Read")
        | beam::ParDo("Transcode", c.step);
    p.Run();
    ASSERT_EQ(planned.target_bytes.has_value(), c.exact);
    if (c.exact) {
      EXPECT_EQ(*planned.target_bytes, static_cast<std::int64_t>(files_->Get("mem://in/a.x")->size()));
    }
    files_->Delete("mem://in/a.x");
  }
}

TEST_F(PlanTranscodeTest, SkipsAndFailsAsTranscodeDoes) {
  files_->Put("mem://in/short.wav", Encode(TestTones(1, 4000, 8000), {}));
  files_->Put("mem://in/odd.wav", Encode(TestTones(1, 50'000, 12345), {}));
  files_->Put("mem://in/text.wav", "no audio at all");
  files_->Put("mem://in/same.mp3", Encode(TestTones(1, 50'000, 44100), {}));
  Plan({"mem://in/short.wav", "mem://in/odd.wav", "mem://in/text.wav", "mem://in/gone.wav", "mem://in/same.mp3"},
       {.source_suffix = ".wav", .target_suffix = "", .encode = {.format = AudioFormat::kMp3}, .crop_seconds = 1});
  EXPECT_TRUE(planned_files.empty());
  EXPECT_THAT(reasons["mem://in/short.wav"], HasSubstr("skipped: it is not longer than the crop"));
  EXPECT_THAT(reasons["mem://in/odd.wav"], HasSubstr("12000"));
  EXPECT_THAT(reasons["mem://in/text.wav"], HasSubstr("not audio"));
  EXPECT_THAT(reasons["mem://in/gone.wav"], HasSubstr("no such file"));
  EXPECT_THAT(reasons["mem://in/same.mp3"], HasSubstr("would replace it"));
}

TEST_F(PlanTranscodeTest, LooksNoFurtherThanTheHeaderWhereThatTellsTheLength) {
  const std::string wav = Encode(TestTones(1, 5'000'000, 44100), {});
  files_->Put("mem://in/a.wav", wav);
  // A decoder would fail there.
  counted_->Truncate("mem://in/a.wav", wav.size() / 2);
  Plan({"mem://in/a.wav"},
       {.source_suffix = ".wav", .target_suffix = ".flac", .encode = {.format = AudioFormat::kFlac}});
  EXPECT_NEAR(planned_files["mem://in/a.wav"].seconds, 5e6 / 44100, 1e-6);
}

}  // namespace
}  // namespace klay
