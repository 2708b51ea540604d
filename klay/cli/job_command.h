// What all jobs of klay-beam share: flags, the arguments shown, progress, the summary, the metrics file, exit codes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "beam/model/pcollection.h"
#include "beam/runners/options.h"
#include "beam/runners/options_set.h"

namespace klay {

struct JobCommand {
  std::string name;
  beam::FlagSet& flags;  // with the job's own; those that all jobs share are added to it
  const std::vector<std::string>& arguments;
  std::function<void(beam::Pipeline&, beam::Runner)> build;  // called once the flags are parsed
  // One sentence, for when there was no input; empty: the job has no inputs, and its outcome is what it reports alone.
  std::function<std::string()> nothing_matched;
};

// Runs the job to its end. Returns the exit code (commands.h).
int RunJobCommand(const JobCommand& command);

}  // namespace klay
