#include "beam/portable/environment.h"

#include <google/protobuf/util/json_util.h>
#include <org/apache/beam/model/pipeline/v1/endpoints.pb.h>

#include <string_view>

#include "beam/base/error.h"
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
    "beam:protocol:state_caching:v1",
    "beam:protocol:worker_status:v1",
    "beam:transform:to_string:v1",
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

EnvironmentProto ProcessEnvironment(const std::string& config) {
  proto::ProcessPayload payload;
  if (config.starts_with('{')) {
    const auto status = google::protobuf::util::JsonStringToMessage(config, &payload);
    if (!status.ok()) {
      throw UsageError("--environment_config is not JSON with the fields os, arch, command and env: "
                       + std::string(status.message()));
    }
    if (payload.command().empty()) {
      throw UsageError("--environment_config has no \"command\": the path of the program that is the worker");
    }
  } else {
    payload.set_command(config);
  }
  return Make(urn::kProcessEnvironment, payload.SerializeAsString());
}

EnvironmentProto DockerEnvironment(const std::string& image) {
  proto::DockerPayload payload;
  payload.set_container_image(image);
  return Make(urn::kDockerEnvironment, payload.SerializeAsString());
}

EnvironmentProto DefaultEnvironment() { return Make(urn::kDefaultEnvironment, ""); }

void AddHints(const ResourceHints& hints, EnvironmentProto& environment) {
  const auto add = [&](std::string_view urn, const std::string& value) {
    (*environment.mutable_resource_hints())[std::string(urn)] = value;
  };
  if (hints.min_ram.bytes() > 0) add(urn::kMinRam, std::to_string(hints.min_ram.bytes()));
  if (!hints.accelerator.empty()) add(urn::kAccelerator, hints.accelerator);
  if (hints.cpu_count > 0) add(urn::kCpuCount, std::to_string(hints.cpu_count));
}

}  // namespace beam
