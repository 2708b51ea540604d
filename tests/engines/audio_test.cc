// The jobs on real audio, on a real engine: the same results, to the byte, as the embedded runner's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "beam/io/test_files.h"
#include "beam/testing/test_pipeline.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using testing::HasSubstr;

// mp3, ogg and wav, whole and damaged.
std::string Fixtures() { return std::getenv("TEST_FIXTURES_DIR"); }

std::vector<std::string> OnTheEngine(std::vector<std::string> arguments) {
  for (const std::string& more : beam::TestPipeline::DefaultArguments()) arguments.push_back(more);
  return arguments;
}

// The lines of a summary, but for how long it took.
std::string Summary(const ProgramResult& result) {
  const std::size_t begin = result.out.find(" files: ");
  std::string text = begin == std::string::npos ? result.out : result.out.substr(begin);
  const std::size_t took = text.find("took ");
  return took == std::string::npos ? text : text.erase(took, text.find('\n', took) - took);
}

std::vector<std::string> RunExample(const char* suffix) {
  return {"run-example", "--source_audio_path", Fixtures(), "--source_audio_suffix", suffix, "--quiet"};
}

void ExpectTheSame(const ProgramResult& there, const ProgramResult& here) {
  EXPECT_EQ(there.exit_code, here.exit_code) << there.err;
  EXPECT_EQ(Summary(there), Summary(here));
  EXPECT_THAT(Summary(here), HasSubstr("done")) << here.err;
}

TEST(EngineAudio, RunExampleSaysTheSame) {
  for (const char* const suffix : {".mp3", ".ogg", ".wav"}) {
    SCOPED_TRACE(suffix);
    ExpectTheSame(RunKlayBeam(OnTheEngine(RunExample(suffix))), RunKlayBeam(RunExample(suffix)));
  }
}

// With no --job_endpoint, where the engine is installed.
TEST(StartedEngine, RunExampleSaysTheSame) {
  std::vector<std::string> arguments = RunExample(".wav");
  const ProgramResult here = RunKlayBeam(arguments);
  arguments.insert(arguments.end(), {"--runner", std::getenv("ENGINE")});
  ExpectTheSame(RunKlayBeam(arguments), here);
}

TEST(EngineAudio, TranscodeWritesTheSameBytes) {
  for (const auto& [from, to] : {std::pair(".mp3", ".wav"), {".ogg", ".flac"}, {".wav", ".ogg"}}) {
    const TestFolder here;
    const TestFolder there;
    const auto arguments = [&, from = from, to = to](const TestFolder& target) -> std::vector<std::string> {
      return {"transcode",
              "--src_dir",
              Fixtures(),
              "--target_dir",
              target.path(),
              "--audio_suffix",
              from,
              "--target_audio_suffix",
              to,
              "--target_sample_rate",
              "16000",
              "--target_channels",
              "1",
              "--quiet"};
    };
    const ProgramResult local = RunKlayBeam(arguments(here));
    const ProgramResult remote = RunKlayBeam(OnTheEngine(arguments(there)));
    EXPECT_EQ(remote.exit_code, local.exit_code) << from << remote.err;
    const auto wanted = Contents(here);
    EXPECT_FALSE(wanted.empty()) << from << local.err;
    EXPECT_TRUE(Contents(there) == wanted) << from << " to " << to;
    // A rerun finds everything done.
    const ProgramResult again = RunKlayBeam(OnTheEngine(arguments(there)));
    EXPECT_THAT(again.out, HasSubstr(std::to_string(wanted.size()) + " skipped")) << again.err;
  }
}

}  // namespace
}  // namespace klay
