// The image of a user's own job (containers/custom.Dockerfile, of examples/custom_job): its program is its entry point,
// by the same contract as klay-beam's, and what it decodes and measures with has come along.
//
// CUSTOM_PROGRAM is the job's program as it was built; BOOT_PROGRAM starts it in the image's file system.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "beam/io/readable_file.h"
#include "beam/io/test_files.h"
#include "tests/containers/boot_worker.h"

namespace klay {
namespace {

using testing::HasSubstr;

class CustomJobBoot : public BootTest {
 protected:
  CustomJobBoot() {
    std::filesystem::copy(Variable("TEST_FIXTURES_DIR") + "/music/ok-12s.ogg", music_ / "a.ogg");
    ::setenv("IMAGE_VOLUMES", music_.path().c_str(), 1);
  }

  const beam::testing_files::TestFolder music_;
};

// FFmpeg is the image's own, libebur128 the job's.
TEST_F(CustomJobBoot, DecodesAndMeasuresInABundleAndTellsHowItIs) {
  const Pipeline pipeline = PipelineOf(Variable("CUSTOM_PROGRAM"), {"--music", music_.path(), "--limit_lufs", "0"});
  const auto& steps = pipeline.components().transforms();
  const std::string measured =
      "sink " + steps.at(beam::testing_portable::IdOf(pipeline, "Measure Loudness")).outputs().at("within_limit");
  const auto worker = Start();
  const beam::ReadableFile file{.metadata = {.path = music_ / "a.ogg"}};
  EXPECT_EQ(RunBundle(pipeline, {"Load Audio", "Measure Loudness"}, file), "");
  EXPECT_THAT(engine_.Elements("bundle", measured), HasSubstr(music_ / "a.ogg"));
  EXPECT_THAT(engine_.Status(), HasSubstr("worker: worker-1\n"));
}

}  // namespace
}  // namespace klay
