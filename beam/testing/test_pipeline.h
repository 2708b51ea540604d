// TestPipeline: a pipeline for tests.
//
//   TEST(Double, DoublesEach) {
//     beam::TestPipeline p;
//     const auto doubled = p | beam::Create("Numbers", {1, 2}) | beam::Map("Double", [](int n) { return 2 * n; });
//     beam::PAssert::That(doubled).ContainsInAnyOrder({2, 4});
//     p.Run();
//   }
//
// It works with any test framework that reports exceptions. The environment variable BEAM_TEST_PIPELINE_OPTIONS has
// flags for all TestPipelines of a process ("--runner=Direct --direct_num_workers=8"), so that one suite runs on every
// runner. A value of the form @FILE is the first line of that file, such as the address that an engine was started at.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "beam/model/pcollection.h"
#include "beam/model/pipeline_result.h"
#include "beam/runners/options.h"

namespace beam {

// One thread. Run it once.
class TestPipeline : public Pipeline {
 public:
  explicit TestPipeline(const PipelineOptions& options = DefaultOptions());
  // Runs the pipeline if nobody has; throws as Run() does, also where checks were added after the run.
  // NOLINTNEXTLINE(bugprone-exception-escape)
  ~TestPipeline() noexcept(false);
  TestPipeline(const TestPipeline&) = delete;
  TestPipeline& operator=(const TestPipeline&) = delete;

  // Runs the pipeline to its end. Throws Error, with what is wrong, if it fails or is cancelled, or if a PAssert of it
  // did not run. The result, for its metrics, lives as long as the TestPipeline.
  const PipelineResult& Run();

  // Two threads, and each bundle is tried once, so that a failure is reported at once; then what the environment says.
  static PipelineOptions DefaultOptions();
  // The flags that the environment has, for programs that a test starts. Throws Error for a file that cannot be read.
  static std::vector<std::string> DefaultArguments();

 private:
  PipelineOptions options_;
  std::unique_ptr<PipelineResult> result_;
  bool has_run_ = false;
  std::size_t checks_run_ = 0;
  int exceptions_at_start_;
};

}  // namespace beam
