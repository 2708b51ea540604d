// DataflowClient: jobs of Google Cloud Dataflow, by its REST interface (v1b3). Source: Google's discovery document
// dataflow/v1b3/dataflow-api.json.
//
// Not thread-safe. Calls throw RestError where the service refuses or does not answer; Cancelled when the run is
// stopped, until HurryUp().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "beam/base/log.h"
#include "beam/model/metrics.h"
#include "beam/model/pipeline_result.h"
#include "beam/runners/dataflow/google_rest.h"

namespace beam {

inline constexpr const char* kDataflowEndpoint = "https://dataflow.googleapis.com";

struct DataflowPlace {
  std::string endpoint = kDataflowEndpoint;  // a URL
  std::string project;
  std::string region;
};

struct DataflowJob {
  std::string id;
  std::string client_request_id;
  std::string state;  // JOB_STATE_RUNNING, ...; empty: the service does not say yet
};

struct DataflowMessage {
  std::string id;
  std::string time;  // as RFC 3339 has it
  Severity severity = Severity::kInfo;
  std::string text;
};

// What a state is to a PipelineResult; nothing for one that is no end, or that is not known.
std::optional<PipelineState> FinalStateOf(const std::string& state);

class DataflowClient {
 public:
  DataflowClient(DataflowPlace place, std::shared_ptr<GoogleCredentials> credentials, const RestPolicy& policy = {});

  struct NewJob {
    std::string name;
    std::string client_request_id;
    std::string json;  // the request of dataflow_job.h, which says both, too
  };
  // A request whose answer was lost is made again, and then finds the job that it made. Throws Error that says what to
  // do where another job of the name runs.
  DataflowJob Create(const NewJob& job);
  DataflowJob Get(const std::string& id);
  // What the job has said since `time` (inclusive; empty: ever), autoscaling included, in order of time.
  std::vector<DataflowMessage> Messages(const std::string& id, const std::string& time);
  // User metrics. `step_of` gives the full name of a step from the id of its transform.
  MetricResults Metrics(const std::string& id, const std::function<std::string(const std::string&)>& step_of);
  void Cancel(const std::string& id);

  void HurryUp() { rest_.HurryUp(); }

  // The pages of a job for people.
  std::string ConsoleUrl(const std::string& id) const;
  std::string LogsUrl(const std::string& id) const;

 private:
  // The job of this name that has not ended.
  std::optional<DataflowJob> FindActive(const std::string& name);
  std::string JobUrl(const std::string& id) const { return jobs_url_ + "/" + id; }

  const DataflowPlace place_;
  const std::string jobs_url_;
  GoogleRest rest_;
};

}  // namespace beam
