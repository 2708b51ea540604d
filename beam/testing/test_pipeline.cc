#include "beam/testing/test_pipeline.h"

#include <cstdlib>
#include <exception>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/runners/options_set.h"
#include "beam/runners/run.h"
#include "beam/testing/passert.h"

namespace beam {

TestPipeline::TestPipeline(const PipelineOptions& options)
    : options_(options), exceptions_at_start_(std::uncaught_exceptions()) {}

// NOLINTNEXTLINE(bugprone-exception-escape): what went wrong must be told
TestPipeline::~TestPipeline() noexcept(false) {
  if (std::uncaught_exceptions() > exceptions_at_start_) return;
  if (!has_run_) {
    Run();
  } else if (const std::size_t checks = PAssert::CheckNames(*this).size(); checks > checks_run_) {
    throw Error("a PAssert was added after the TestPipeline had run, so that it never ran: "
                + PAssert::CheckNames(*this).back());
  }
}

const PipelineResult& TestPipeline::Run() {
  if (has_run_) throw Error("this TestPipeline has run already: make another one");
  has_run_ = true;
  checks_run_ = PAssert::CheckNames(*this).size();
  result_ = beam::Run(*this, options_);
  const PipelineState state = result_->WaitUntilFinish();
  if (state == PipelineState::kFailed) throw Error(result_->error());
  if (state != PipelineState::kDone) throw Error("the TestPipeline was cancelled before its end");
  PAssert::RequireAllRan(*this, *result_);
  return *result_;
}

PipelineOptions TestPipeline::DefaultOptions() {
  PipelineOptions options;
  options.direct_num_workers = 2;
  options.direct_max_attempts = 1;
  FlagSet flags("BEAM_TEST_PIPELINE_OPTIONS", "The options of all TestPipelines");
  flags.Add("Options", options);
  flags.Parse(DefaultArguments());
  return options;
}

std::vector<std::string> TestPipeline::DefaultArguments() {
  const char* const text = std::getenv("BEAM_TEST_PIPELINE_OPTIONS");
  std::istringstream words(text == nullptr ? "" : text);
  std::vector<std::string> arguments;
  for (std::string word; words >> word;) {
    if (const std::size_t at = word.find("=@"); at != std::string::npos) {
      const std::string path = word.substr(at + 2);
      std::ifstream file(path);
      std::string line;
      if (!std::getline(file, line)) throw Error("BEAM_TEST_PIPELINE_OPTIONS names a file without a line: " + path);
      word = word.substr(0, at + 1) + line;
    }
    arguments.push_back(std::move(word));
  }
  return arguments;
}

}  // namespace beam
