#include "klay/cli/job_command.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/runners/interrupt.h"
#include "beam/runners/main.h"
#include "beam/runners/options.h"
#include "beam/runners/run.h"
#include "beam/runners/runner_flags.h"
#include "beam/runners/storage_options.h"
#include "klay/cli/metrics_json.h"
#include "klay/cli/outcome.h"
#include "klay/cli/progress.h"
#include "klay/jobs/estimate.h"
#include "klay/jobs/job_log.h"
#include "klay/jobs/printable.h"
#include "klay/jobs/result_file.h"

namespace klay {
namespace {

using Clock = std::chrono::steady_clock;

enum ExitCode { kAllDone = 0, kRunFailed = 1, kUsage = 2, kSomeFailed = 3, kSignalled = 128 };

struct JobOptions {
  beam::Flag<std::string, "write what the run did to this file, as JSON"> metrics_json;
  beam::Flag<std::string, "write the files that fail, and why, to this file: a JSON object a line"> failures;
  beam::Flag<bool, "end with exit code 1, not 3, if some inputs fail"> strict;
  beam::Flag<bool, "show only warnings and the summary"> quiet;
  // One flag with that of --runner Dataflow.
  beam::Flag<bool,
             "only say what would be done, with an estimate, from the headers of the files (--runner Dataflow: of some "
             "of them, on this machine); with --dataflow_job_file, only write the request, and ask nobody">
      dry_run;
};

void Print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

// Whether a default says something of this run: of the job and of its runner it does, unless it is none ("0", "false").
bool IsSaid(const beam::FlagSpec& flag, const beam::PipelineOptions& options) {
  if (flag.is_given) return true;
  if (flag.name == "sdk_location" && !options.worker_binary.empty()) return false;  // which stands for it
  const bool is_of_runner = beam::IsHeeded(flag, options) && !beam::IsFlagOf<beam::StorageOptions>(flag.name)
      && !beam::IsFlagOf<EstimateOptions>(flag.name);
  const std::string text = flag.text();
  return is_of_runner && !text.empty() && text != "0" && text != "false";
}

void PrintArguments(const std::string& name, const beam::FlagSet& flags, const beam::PipelineOptions& options) {
  std::vector<const beam::FlagSpec*> said = flags.flags();
  std::erase_if(said, [&](const beam::FlagSpec* flag) { return !IsSaid(*flag, options); });
  std::size_t width = 0;
  for (const beam::FlagSpec* const flag : said) width = std::max(width, flag->name.size());
  std::string text = name + '\n';
  for (const beam::FlagSpec* const flag : said) {
    text += "  --" + flag->name + std::string(width - flag->name.size() + 1, ' ') + Printable(flag->text()) + '\n';
  }
  Print(text);
  beam::internal::FlushOutput();
}

void CheckEstimateFlags(const beam::FlagSet& flags, const JobOptions& options) {
  for (const beam::FlagSpec* const flag : flags.flags()) {
    if (options.dry_run || !flag->is_given || !beam::IsFlagOf<EstimateOptions>(flag->name)) continue;
    throw beam::UsageError("--" + flag->name
                           + " is about the estimate, which only --dry_run makes: give that, too, or leave it out");
  }
}

// Whether a job that has inputs found none.
bool IsEmpty(const JobCommand& command, const Outcome& outcome) {
  return command.nothing_matched && outcome.state == beam::PipelineState::kDone
      && outcome.files_done + outcome.files_skipped + outcome.files_failed == 0;
}

void WriteResult(beam::ByteSink* file, const std::function<std::string()>& text) {
  if (file == nullptr) return;
  const std::string bytes = text();
  file->Write(bytes.data(), bytes.size());
  file->Finish();
}

// A run in progress, and what is said about it.
class JobRun {
 public:
  JobRun(const JobCommand& command, const JobOptions& options, const EstimateOptions& estimate_options,
         const beam::PipelineOptions& pipeline_options, const beam::DataflowFlags& dataflow)
      : command_(command),
        options_(options),
        estimate_options_(estimate_options),
        start_(Clock::now()),
        is_on_engine_(pipeline_options.runner != beam::Runner::kDirect && !options.dry_run) {
    if (pipeline_options.runner == beam::Runner::kDataflow) CheckSeenByAll(command_.paths());
    metrics_file_ = OpenResult("--metrics_json", options_.metrics_json);
    failures_file_ = OpenResult("--failures", options_.failures);
    if (failures_file_ != nullptr) JobLog::Process().KeepAll();
    progress_.emplace(options_.quiet);
    result_ = options_.dry_run ? DryRun(pipeline_options, dataflow) : Run(pipeline_options, dataflow);
  }

  int Finish() {
    beam::WaitOptions wait;
    wait.tick = [this] { progress_->Show(Now()); };
    wait.interval = std::chrono::milliseconds(200);
    wait.give_up = [this] {
      Outcome outcome = Now();
      outcome.state = beam::PipelineState::kCancelled;
      Report(outcome);
    };
    beam::WaitForEnd(*result_, wait);
    if (is_on_engine_ && command_.after_engine && result_->state() == beam::PipelineState::kDone) {
      command_.after_engine();
    }
    const Outcome outcome = Now();
    Report(outcome);
    switch (outcome.state) {
      case beam::PipelineState::kDone: break;
      case beam::PipelineState::kDetached: return kAllDone;
      case beam::PipelineState::kCancelled:
        if (beam::InterruptScope::Signal() != 0) return kSignalled + beam::InterruptScope::Signal();
        std::fprintf(stderr, "klay-beam %s: the run was cancelled elsewhere\n", command_.name.c_str());
        return kRunFailed;
      default:
        // What other threads are in the middle of is of no use any more.
        beam::RequestCancel();
        return kRunFailed;
    }
    if (IsEmpty(command_, outcome)) return kUsage;
    if (outcome.files_failed == 0) return kAllDone;
    return options_.strict ? kRunFailed : kSomeFailed;
  }

 private:
  using Result = std::unique_ptr<beam::PipelineResult>;

  Result Run(const beam::PipelineOptions& pipeline_options, const beam::DataflowFlags& dataflow) const {
    beam::Pipeline pipeline;
    command_.build(pipeline);
    return beam::Run(pipeline, pipeline_options, dataflow);
  }

  // The files are looked at from here, whatever the runner. Dataflow is asked nothing: the request is made, which
  // checks the flags.
  Result DryRun(const beam::PipelineOptions& pipeline_options, const beam::DataflowFlags& dataflow) const {
    PlanDepth depth = PlanDepth::kEveryFile;
    if (pipeline_options.runner == beam::Runner::kDataflow) {
      Result request = Run(pipeline_options, dataflow);
      if (!command_.plan || !dataflow.cloud.dataflow_job_file.empty()) return request;
      depth = PlanDepth::kSample;
    } else if (!pipeline_options.dump_pipeline.empty()) {
      throw beam::UsageError(
          "--dump_pipeline writes the pipeline of a run, and with --dry_run there is none: leave one of them out");
    }
    if (!command_.plan) {
      throw beam::UsageError(
          "--dry_run has nothing to tell: the job has no input files; with --runner Dataflow it "
          "makes the request");
    }
    beam::Pipeline plan;
    command_.plan(plan, depth);
    beam::PipelineOptions here = pipeline_options;
    here.runner = beam::Runner::kDirect;
    here.dump_pipeline = {};
    return beam::Run(plan, here);
  }

  Outcome Now() const { return ReadOutcome(*result_, std::chrono::duration<double>(Clock::now() - start_).count()); }

  void Report(const Outcome& outcome) {
    progress_->Clear();
    const std::vector<Failure> failures = JobLog::Process().failures();
    if (outcome.state == beam::PipelineState::kFailed) {
      std::fprintf(stderr, "klay-beam %s: the run failed: %s\n", command_.name.c_str(), result_->error().c_str());
    } else if (IsEmpty(command_, outcome)) {
      std::fprintf(stderr, "klay-beam %s: %s\n", command_.name.c_str(), command_.nothing_matched().c_str());
    }
    if (!IsEmpty(command_, outcome) && outcome.state != beam::PipelineState::kDetached) {
      Print(JobLog::Process().report() + (command_.nothing_matched ? Summary(outcome, failures) : ""));
      if (outcome.is_dry_run) Print(EstimateText(outcome.plan, command_.rate(), estimate_options_));
    }
    WriteResult(metrics_file_.get(), [&] {
      std::optional<Estimate> estimate;
      if (outcome.is_dry_run) estimate = MakeEstimate(outcome.plan, command_.rate(), estimate_options_);
      return MetricsJson(command_.name, command_.flags, *result_, outcome, estimate, failures);
    });
    WriteResult(failures_file_.get(), [&] { return FailuresJson(failures); });
    beam::internal::FlushOutput();
  }

  const JobCommand& command_;
  const JobOptions& options_;
  const EstimateOptions& estimate_options_;
  const Clock::time_point start_;
  const bool is_on_engine_;
  std::unique_ptr<beam::ByteSink> metrics_file_;   // null where there is none
  std::unique_ptr<beam::ByteSink> failures_file_;  // likewise
  std::optional<Progress> progress_;
  std::unique_ptr<beam::PipelineResult> result_;
};

}  // namespace

int RunJobCommand(const JobCommand& command) {
  JobOptions options;
  beam::PipelineOptions pipeline_options;
  command.flags.Add("Options of every job", options);
  EstimateOptions estimate_options;
  if (command.plan) command.flags.Add("Options of the estimate (--dry_run)", estimate_options);
  command.flags.Add("Options of every pipeline", pipeline_options);
  beam::StorageOptions storage_options;
  command.flags.Add("Options of stores", storage_options);
  beam::DataflowFlags dataflow;
  beam::AddDataflowFlags(command.flags, dataflow);
  const auto complain = [&](const std::exception& error) {
    std::fprintf(stderr, "klay-beam %s: %s\n", command.name.c_str(), error.what());
  };
  try {
    if (!command.flags.Parse(command.arguments)) {
      Print(command.flags.Help());
      return kAllDone;
    }
    beam::UseStorage(storage_options);
    if (options.quiet) {
      pipeline_options.log_level = std::max<beam::Severity>(pipeline_options.log_level, beam::Severity::kWarning);
    }
    beam::CheckHeeded(command.flags, pipeline_options);
    CheckEstimateFlags(command.flags, options);
    if (!options.quiet) PrintArguments(command.name, command.flags, pipeline_options);
    dataflow.program = "klay-beam-" + command.name;
    dataflow.program_options = beam::OptionsGiven(command.flags);
    return JobRun(command, options, estimate_options, pipeline_options, dataflow).Finish();
  } catch (const beam::UsageError& error) {
    complain(error);
    return kUsage;
  } catch (const std::exception& error) {
    complain(error);
    return kRunFailed;
  }
}

}  // namespace klay
