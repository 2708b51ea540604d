// klay-beam gpu-check: on this machine, which need have no GPU, and with a driver's libraries that tell of some.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/klay_beam_program.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using testing::HasSubstr;
using testing::StartsWith;

class GpuCheckTest : public testing::Test {
 protected:
  ~GpuCheckTest() override {
    unsetenv("LD_LIBRARY_PATH");
    unsetenv("FAKE_GPU");
  }

  static void WithGpus(const char* state) {
    setenv("LD_LIBRARY_PATH", std::getenv("FAKE_GPU_DIR"), 1);
    setenv("FAKE_GPU", state, 1);
  }

  ProgramResult Run(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"gpu-check", "--gpu_json", folder_ / "gpus.json", "--quiet"});
    return RunKlayBeam(more);
  }
  nlohmann::json Json() const { return nlohmann::json::parse(std::ifstream(folder_ / "gpus.json")); }

  const TestFolder folder_;
};

TEST_F(GpuCheckTest, EveryStateIsToldAndNoneFailsTheRun) {
  struct Case {
    const char* state;
    std::string verdict;
  };
  for (const Case& c :
       std::vector<Case>{{"0", "no GPU: CUDA knows of none"},
                         {"1", "1 GPU: Fake L10 (24.0 GiB)"},
                         {"2", "2 GPUs: Fake L10 (24.0 GiB), Fake L11 (24.0 GiB, does not work: error 999)"},
                         {"broken", "no GPU: CUDA says: no CUDA-capable device is detected"},
                         {"forgetful",
                          "1 GPU: Fake L10 (24.0 GiB, does not work: what came back from its memory is not what went "
                          "there)"}}) {
    WithGpus(c.state);
    const ProgramResult result = Run();
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, StartsWith("worker "));
    EXPECT_THAT(result.out, HasSubstr(": " + c.verdict + "\n"));
    const auto json = Json();
    ASSERT_EQ(json.size(), 1U) << c.state;
    EXPECT_EQ(json[0]["verdict"], c.verdict);
    EXPECT_EQ(json[0]["cuda"]["version"], "12.4");
    EXPECT_EQ(json[0]["library_path"], std::getenv("FAKE_GPU_DIR"));
    EXPECT_EQ(json[0]["libraries"][0]["path"], std::string(std::getenv("FAKE_GPU_DIR")) + "/libcuda.so.1");
  }
}

TEST_F(GpuCheckTest, NvmlIsAskedToo) {
  WithGpus("2");
  EXPECT_EQ(Run().exit_code, 0);
  const auto nvml = Json()[0]["nvml"];
  EXPECT_EQ(nvml["version"], "550.54.15");
  EXPECT_EQ(nvml["devices"][1]["uuid"], "GPU-1");
  WithGpus("broken");
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(Json()[0]["nvml"]["error"], "Driver Not Loaded");
}

// Whatever this machine has.
TEST_F(GpuCheckTest, ManyChecksOfOneWorkerAreOneReport) {
  const ProgramResult result = Run({"--checks", "50", "--seconds_per_check", "0.01"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(Json().size(), 1U);
}

TEST_F(GpuCheckTest, MistakesAreOneSentence) {
  struct Case {
    std::vector<std::string> more;
    std::string sentence;
  };
  for (const Case& c :
       std::vector<Case>{{{"--checks", "0"}, "--checks must be from 1 to 100000, not 0\n"},
                         {{"--seconds_per_check", "-1"}, "--seconds_per_check must be from 0 to 3600\n"},
                         {{"--gpu_json", "/proc/none/gpus.json"}, "--gpu_json cannot be used: "}}) {
    const ProgramResult result = Run(c.more);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, StartsWith("klay-beam gpu-check: " + c.sentence));
  }
}

}  // namespace
}  // namespace klay
