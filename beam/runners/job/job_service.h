// JobService: the calls of Beam's Job API, each with a deadline and with failures as sentences.
#pragma once

#include <org/apache/beam/model/job_management/v1/beam_job_api.grpc.pb.h>

#include <memory>
#include <string>

#include "beam/base/error.h"
#include "beam/portable/call_watch.h"
#include "beam/runners/job/job_options.h"

namespace beam {

// Thread-safe. Calls before the job runs throw Cancelled when the run is to stop; those after it go on, as they are
// what stops the job.
class JobService {
 public:
  using State = org::apache::beam::model::job_management::v1::JobState::Enum;

  // A question that was not answered in time, where the connection still stands.
  struct NoAnswer : Error {
    using Error::Error;
  };

  // Connects. Throws UsageError if the address is malformed or nothing there speaks gRPC.
  explicit JobService(const JobOptions& options);

  // Throws UsageError if what answers is no job service; Error with the cause if the engine refuses the pipeline.
  org::apache::beam::model::job_management::v1::PrepareJobResponse Prepare(
      const org::apache::beam::model::pipeline::v1::Pipeline& pipeline);
  // Returns the id of the job.
  std::string Run(const std::string& preparation_id);

  // These three are asked again, or done without, so they wait at most ten seconds.
  State GetState(const std::string& job_id);
  void Cancel(const std::string& job_id);
  org::apache::beam::model::job_management::v1::MetricResults GetMetrics(const std::string& job_id);

  // The streams of a job; they end with it.
  std::unique_ptr<grpc::ClientReader<org::apache::beam::model::job_management::v1::JobStateEvent>> StateStream(
      grpc::ClientContext& context, const std::string& job_id);
  std::unique_ptr<grpc::ClientReader<org::apache::beam::model::job_management::v1::JobMessagesResponse>> MessageStream(
      grpc::ClientContext& context, const std::string& job_id);

  const std::string& endpoint() const { return options_.endpoint; }

 private:
  template <class Response, class Request>
  using Method = grpc::Status (org::apache::beam::model::job_management::v1::JobService::Stub::*)(grpc::ClientContext*,
                                                                                                  const Request&,
                                                                                                  Response*);
  template <class Response, class Request>
  Response Call(const std::string& doing, Method<Response, Request> method, const Request& request,
                HeedCancel heed_cancel);

  const JobOptions options_;
  std::unique_ptr<org::apache::beam::model::job_management::v1::JobService::Stub> stub_;
};

}  // namespace beam
