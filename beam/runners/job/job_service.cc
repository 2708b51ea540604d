#include "beam/runners/job/job_service.h"

#include <grpcpp/channel.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/portable/channel.h"
#include "beam/runners/job/engine_error.h"

namespace beam {
namespace {

namespace jobs = org::apache::beam::model::job_management::v1;
namespace model = org::apache::beam::model::pipeline::v1;
using Clock = std::chrono::system_clock;  // gRPC's deadlines are times of day
using std::chrono::milliseconds;

constexpr milliseconds kLaterCallTimeout{10'000};

void CheckEndpoint(const std::string& endpoint) {
  const std::size_t colon = endpoint.rfind(':');
  const std::string_view port =
      colon == std::string::npos ? std::string_view() : std::string_view(endpoint).substr(colon + 1);
  const bool digits =
      !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string_view::npos;
  if (colon == 0 || !digits || endpoint.find("://") != std::string::npos) {
    throw UsageError("--job_endpoint must be HOST:PORT, such as localhost:8073, and not '" + endpoint + "'");
  }
}

// Why no connection came about, from what gRPC says of the last try.
std::string WhyNotConnected(const std::string& text) {
  const auto says = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  if (says("Connection refused")) return "nothing listens there; start the engine, or correct the address";
  if (says("DNS resolution failed") || says("Domain name not found"))
    return "the host is not known; correct the address";
  if (says("SETTINGS") || says("http1.x") || says("Endpoint clos") || says("Socket closed")) {
    return "what listens there does not speak gRPC; take the port of the job service, not that of a web page";
  }
  return text;
}

// What gRPC in C++, Go, Java and Python says of a service that the server does not have.
bool IsUnknownCall(const grpc::Status& status) {
  const std::string& text = status.error_message();
  return status.error_code() == grpc::UNIMPLEMENTED
      && (text.empty() || text.starts_with("unknown service") || text.starts_with("Method not found"));
}

std::shared_ptr<grpc::Channel> Connect(const JobOptions& options) {
  CheckEndpoint(options.endpoint);
  std::shared_ptr<grpc::Channel> channel = OpenChannel(options.endpoint);
  const auto deadline = Clock::now() + options.connect_timeout;
  while (!channel->WaitForConnected(std::min(deadline, Clock::now() + milliseconds(50)))) {
    ThrowIfCancelled();
    if (Clock::now() < deadline) continue;
    // A call that fails says more than the channel does.
    const auto stub = jobs::JobService::NewStub(channel);
    grpc::ClientContext context;
    context.set_deadline(Clock::now() + std::chrono::seconds(1));
    jobs::GetJobsResponse response;
    const grpc::Status status = stub->GetJobs(&context, {}, &response);
    throw UsageError("no job service answers at " + options.endpoint + " (--job_endpoint) within "
                     + SecondsText(options.connect_timeout) + ": " + WhyNotConnected(TextOf(status)));
  }
  return channel;
}

// The struct in which the other SDKs send their options: numbers travel as texts, as JSON has no 64-bit integers.
google::protobuf::Struct OptionsStruct(const std::map<std::string, JobOptionValue>& options) {
  google::protobuf::Struct result;
  for (const auto& [name, option] : options) {
    google::protobuf::Value& value = (*result.mutable_fields())["beam:option:" + name + ":v1"];
    if (const auto* flag = std::get_if<bool>(&option)) value.set_bool_value(*flag);
    if (const auto* number = std::get_if<std::int64_t>(&option)) value.set_string_value(std::to_string(*number));
    if (const auto* number = std::get_if<double>(&option)) value.set_number_value(*number);
    if (const auto* text = std::get_if<std::string>(&option)) value.set_string_value(*text);
    if (const auto* texts = std::get_if<std::vector<std::string>>(&option)) {
      for (const std::string& text : *texts) value.mutable_list_value()->add_values()->set_string_value(text);
    }
  }
  return result;
}

}  // namespace

JobService::JobService(const JobOptions& options)
    : options_(options), stub_(jobs::JobService::NewStub(Connect(options))) {}

template <class Response, class Request>
Response JobService::Call(const std::string& doing, Method<Response, Request> method, const Request& request,
                          HeedCancel heed_cancel) {
  grpc::ClientContext context;
  const milliseconds timeout =
      heed_cancel == HeedCancel::kYes ? options_.call_timeout : std::min(options_.call_timeout, kLaterCallTimeout);
  const CallWatch watch(context, timeout, heed_cancel);
  Response response;
  const grpc::Status status = (*stub_.*method)(&context, request, &response);
  if (status.ok()) return response;
  if (heed_cancel == HeedCancel::kYes) ThrowIfCancelled();
  const std::string at = options_.endpoint + " (--job_endpoint)";
  if (watch.timed_out()) {
    throw NoAnswer("the job service at " + at + " did not answer within " + SecondsText(timeout) + ", asked to "
                   + doing);
  }
  if (IsUnknownCall(status)) {
    throw UsageError("what answers at " + at + " is no job service: it cannot " + doing
                     + "; take the port of the job service");
  }
  if (status.error_code() == grpc::UNAVAILABLE) {
    throw Error("the job service at " + at + " is gone, asked to " + doing + ": " + TextOf(status));
  }
  throw Error("the job service at " + at + " refused to " + doing + ": " + CauseOf(TextOf(status)));
}

jobs::PrepareJobResponse JobService::Prepare(const model::Pipeline& pipeline) {
  jobs::PrepareJobRequest request;
  *request.mutable_pipeline() = pipeline;
  *request.mutable_pipeline_options() = OptionsStruct(options_.pipeline_options);
  request.set_job_name(options_.job_name);
  return Call<jobs::PrepareJobResponse>("prepare the job", &jobs::JobService::Stub::Prepare, request, HeedCancel::kYes);
}

std::string JobService::Run(const std::string& preparation_id) {
  jobs::RunJobRequest request;
  request.set_preparation_id(preparation_id);
  return Call<jobs::RunJobResponse>("run the job", &jobs::JobService::Stub::Run, request, HeedCancel::kYes).job_id();
}

JobService::State JobService::GetState(const std::string& job_id) {
  jobs::GetJobStateRequest request;
  request.set_job_id(job_id);
  return Call<jobs::JobStateEvent>("tell the job's state", &jobs::JobService::Stub::GetState, request, HeedCancel::kNo)
      .state();
}

void JobService::Cancel(const std::string& job_id) {
  jobs::CancelJobRequest request;
  request.set_job_id(job_id);
  Call<jobs::CancelJobResponse>("cancel the job", &jobs::JobService::Stub::Cancel, request, HeedCancel::kNo);
}

jobs::MetricResults JobService::GetMetrics(const std::string& job_id) {
  jobs::GetJobMetricsRequest request;
  request.set_job_id(job_id);
  return Call<jobs::GetJobMetricsResponse>("tell the job's metrics", &jobs::JobService::Stub::GetJobMetrics, request,
                                           HeedCancel::kNo)
      .metrics();
}

std::unique_ptr<grpc::ClientReader<jobs::JobStateEvent>> JobService::StateStream(grpc::ClientContext& context,
                                                                                 const std::string& job_id) {
  jobs::GetJobStateRequest request;
  request.set_job_id(job_id);
  return stub_->GetStateStream(&context, request);
}

std::unique_ptr<grpc::ClientReader<jobs::JobMessagesResponse>> JobService::MessageStream(grpc::ClientContext& context,
                                                                                         const std::string& job_id) {
  jobs::JobMessagesRequest request;
  request.set_job_id(job_id);
  return stub_->GetMessageStream(&context, request);
}

}  // namespace beam
