// Which flags a run takes notice of. As in Beam's other SDKs one command line serves all runners: the flags of another
// runner are let pass, but not in silence.
#pragma once

#include "beam/runners/options.h"
#include "beam/runners/options_set.h"

namespace beam {

// Whether a run with these options takes notice of this flag of the program. Of the program's own ones it does.
bool IsHeeded(const FlagSpec& flag, const PipelineOptions& options);

// After Parse(). Throws UsageError, naming the flag and the next step, for one of --runner Dataflow that asks for
// something other than a run (--dry_run), where the runner is another one. The log then names the others that were
// given and are not heeded. Sets the log level, as Run() does.
void CheckHeeded(const FlagSet& flags, const PipelineOptions& options);

}  // namespace beam
