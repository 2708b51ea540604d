// A job on Dataflow, followed to its end.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "beam/model/pipeline_result.h"
#include "beam/runners/dataflow/dataflow_client.h"

namespace beam {

// How often Dataflow is asked. Other times than these are for tests.
struct DataflowFollowTimes {
  // Soon again while there is news, then ever less often.
  std::chrono::milliseconds first_poll{500};
  std::chrono::milliseconds poll{5'000};
  // A job that has failed tells why only after a while: it is asked that often, and for so long.
  std::chrono::milliseconds reason_poll{1'000};
  std::chrono::milliseconds reason{50'000};
  std::chrono::milliseconds cancel{1'000};  // until a job that is cancelled has stopped
};

// What the job says becomes log lines; its errors the error of the run. `step_of` gives the full name of a step from
// the id of its transform.
std::unique_ptr<PipelineResult> FollowDataflowJob(std::unique_ptr<DataflowClient> client, const std::string& id,
                                                  std::function<std::string(const std::string&)> step_of,
                                                  const DataflowFollowTimes& times = {});

}  // namespace beam
