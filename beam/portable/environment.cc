#include "beam/portable/environment.h"

#include <org/apache/beam/model/pipeline/v1/endpoints.pb.h>

#include <string_view>

#include "beam/portable/urns.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;

namespace {

// A capability is a promise: what is named here is what a test holds the worker to.
constexpr std::string_view kCapabilities[] = {
    "beam:coder:bytes:v1",
    "beam:coder:bool:v1",
    "beam:coder:varint:v1",
    "beam:coder:double:v1",
    "beam:coder:string_utf8:v1",
    "beam:coder:kv:v1",
    "beam:coder:iterable:v1",
    "beam:coder:state_backed_iterable:v1",
    "beam:coder:length_prefix:v1",
    "beam:coder:global_window:v1",
    "beam:coder:interval_window:v1",
    "beam:coder:windowed_value:v1",
    "beam:protocol:progress_reporting:v1",
    "beam:protocol:control_request_elements_embedding:v1",
    "beam:protocol:multi_core_bundle_processing:v1",
    "beam:protocol:sdk_consuming_received_data:v1",
    "beam:protocol:worker_status:v1",
    "beam:version:sdk_base:klay_beam_cpp",
};

EnvironmentProto Make(std::string_view urn, const std::string& payload) {
  EnvironmentProto environment;
  environment.set_urn(std::string(urn));
  environment.set_payload(payload);
  for (const std::string_view capability : kCapabilities) environment.add_capabilities(std::string(capability));
  return environment;
}

}  // namespace

EnvironmentProto ExternalEnvironment(const std::string& pool) {
  proto::ExternalPayload payload;
  payload.mutable_endpoint()->set_url(pool);
  return Make(urn::kExternalEnvironment, payload.SerializeAsString());
}

EnvironmentProto ProcessEnvironment(const std::string& command) {
  proto::ProcessPayload payload;
  payload.set_command(command);
  return Make(urn::kProcessEnvironment, payload.SerializeAsString());
}

}  // namespace beam
