// What an engine tells a worker at its start.
#pragma once

#include <org/apache/beam/model/fn_execution/v1/beam_provision_api.pb.h>

#include <string>

#include "beam/harness/harness.h"

namespace beam {

using ProvisionInfo = org::apache::beam::model::fn_execution::v1::ProvisionInfo;

// Asks the provision service at host:port; an empty endpoint tells nothing. Throws Error if there is no answer within
// two minutes.
ProvisionInfo AskForProvisions(const std::string& worker, const std::string& endpoint);

// What of it concerns the harness, into its options.
void TakeProvisions(const ProvisionInfo& info, HarnessOptions& options);

}  // namespace beam
