// What all jobs of klay-beam share: flags, the arguments shown, progress, the summary, the metrics file, exit codes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "beam/model/pcollection.h"
#include "beam/runners/options_set.h"
#include "klay/jobs/cpu_rate.h"
#include "klay/jobs/inputs.h"
#include "klay/jobs/plan.h"

namespace klay {

struct JobCommand {
  std::string name;
  beam::FlagSet& flags;  // with the job's own; those that all jobs share are added to it
  const std::vector<std::string>& arguments;
  // The functions are called once the flags are parsed.
  std::function<void(beam::Pipeline&)> build;
  std::function<std::vector<PathFlag>()> paths;
  // Of a job with inputs; the others have none of these, and what such a job reports is all of its outcome.
  std::function<void(beam::Pipeline&, PlanDepth)> plan = {};  // what is run with --dry_run
  std::function<CpuRate()> rate = {};                         // for the estimate
  std::function<std::string()> nothing_matched = {};          // one sentence, for when there was no input
  // What the launcher does once an engine is done with the job, whose workers may have left it to others.
  std::function<void()> after_engine = {};
};

// Runs the job to its end. Returns the exit code (commands.h).
int RunJobCommand(const JobCommand& command);

}  // namespace klay
