#include "klay/jobs/gpu_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace klay {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

GpuDevice L4(const std::string& error = "") {
  return {.name = "NVIDIA L4", .uuid = "", .compute_capability = "8.9", .memory_bytes = 24ULL << 30, .error = error};
}

TEST(GpuReportTest, TheVerdictSaysWhatToDo) {
  const GpuLibrary missing{.name = "libcuda.so.1", .path = "", .error = "cannot open shared object file"};
  const GpuLibrary loaded{.name = "libcuda.so.1", .path = "/usr/local/nvidia/lib64/libcuda.so.1", .error = ""};
  const GpuFolder folder{.path = "/usr/local/nvidia/lib64", .is_there = true, .entries = {"libcuda.so.1"}};
  struct Case {
    GpuReport report;
    std::string verdict;
  };
  std::vector<Case> cases(7);
  cases[0].report.libraries = {missing};
  cases[0].verdict = "no GPU: the machine has no NVIDIA driver: ask for one, and for a GPU";
  cases[1].report.libraries = {missing};
  cases[1].report.kernel_driver = "550.54.15";
  cases[1].verdict =
      "no GPU: the kernel has driver 550.54.15, but libcuda.so.1 is not there: the container was started without the "
      "driver's libraries";
  cases[2].report.libraries = {missing};
  cases[2].report.folders = {folder};
  cases[2].verdict =
      "no GPU: libcuda.so.1 is in /usr/local/nvidia/lib64, but cannot be loaded (cannot open shared object file): add "
      "the folder to LD_LIBRARY_PATH of the image";
  cases[3].report.libraries = {loaded};
  cases[3].report.cuda.error = "no CUDA-capable device is detected";
  cases[3].verdict = "no GPU: CUDA says: no CUDA-capable device is detected";
  cases[4].report.libraries = {loaded};
  cases[4].verdict = "no GPU: CUDA knows of none";
  cases[5].report.cuda.devices = {L4()};
  cases[5].verdict = "1 GPU: NVIDIA L4 (24.0 GiB)";
  cases[6].report.cuda.devices = {L4(), L4("out of memory")};
  cases[6].verdict = "2 GPUs: NVIDIA L4 (24.0 GiB), NVIDIA L4 (24.0 GiB, does not work: out of memory)";
  for (const Case& c : cases) EXPECT_EQ(GpuVerdict(c.report), c.verdict);
}

TEST(GpuReportTest, TextIsFitForATerminal) {
  GpuReport report;
  report.worker = "host/1";
  report.kernel_gpus = {"odd \x1B name"};
  const std::string text = GpuReportText(report);
  EXPECT_THAT(text, StartsWith("worker host/1: no GPU: "));
  EXPECT_THAT(text, HasSubstr("  kernel's GPUs   odd \\x1B name\n"));
}

TEST(GpuReportTest, JsonHasAllFields) {
  EXPECT_EQ(GpuReportsJson({}), "[]\n");
  GpuReport report;
  report.worker = "host/1";
  report.kernel_gpus = {"not UTF-8: \xFF"};
  report.cuda = {.version = "12.4", .error = "", .devices = {L4()}};
  report.libraries = {{.name = "a", .path = "/b/a", .error = ""}};
  report.folders = {{.path = "/b", .is_there = true, .entries = {"a"}}};
  const auto json = nlohmann::json::parse(GpuReportsJson({report}));
  EXPECT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["verdict"], "1 GPU: NVIDIA L4 (24.0 GiB)");
  EXPECT_TRUE(json[0]["kernel_driver"].is_null());
  EXPECT_EQ(json[0]["cuda"]["devices"][0]["memory_bytes"], 24ULL << 30);
  EXPECT_TRUE(json[0]["cuda"]["devices"][0]["uuid"].is_null());
  EXPECT_EQ(json[0]["libraries"][0].dump(), R"({"error":null,"name":"a","path":"/b/a"})");
  EXPECT_EQ(json[0]["folders"][0].dump(), R"({"entries":["a"],"is_there":true,"path":"/b"})");
  EXPECT_EQ(json[0]["nvml"]["devices"].size(), 0U);
}

}  // namespace
}  // namespace klay
