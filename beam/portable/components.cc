#include "beam/portable/components.h"

#include <google/protobuf/util/time_util.h>
#include <org/apache/beam/model/pipeline/v1/standard_window_fns.pb.h>

#include "beam/base/error.h"
#include "beam/coder/window.h"
#include "beam/portable/urns.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;
using google::protobuf::util::TimeUtil;

namespace {

// A coder may hold others, but a proto that comes over the wire may be wrong.
constexpr int kMostNested = 100;

CoderSpec ReadCoder(const std::string& id, const google::protobuf::Map<std::string, proto::Coder>& coders, int nested) {
  const auto found = coders.find(id);
  if (found == coders.end()) throw Error("there is no coder '" + id + "'");
  if (nested > kMostNested) throw Error("coder '" + id + "' holds itself");
  CoderSpec spec{.urn = found->second.spec().urn()};
  for (const std::string& component : found->second.component_coder_ids()) {
    spec.components.push_back(ReadCoder(component, coders, nested + 1));
  }
  if (spec.urn == urn::kCoderRow) {
    spec.schema = std::make_shared<const Schema>(ParseSchema(found->second.spec().payload()));
  } else {
    spec.payload = found->second.spec().payload();
  }
  return spec;
}

}  // namespace

std::string ComponentsBuilder::AddCoder(const CoderSpec& coder) {
  proto::Coder message;
  message.mutable_spec()->set_urn(coder.urn);
  if (coder.schema != nullptr) {
    Schema schema = *coder.schema;
    if (schema.id.empty()) schema.id = SchemaId(schema);
    message.mutable_spec()->set_payload(SerializeSchema(schema));
  } else {
    message.mutable_spec()->set_payload(coder.payload);
  }
  for (const CoderSpec& component : coder.components) message.add_component_coder_ids(AddCoder(component));
  std::string& id = coders_[message.SerializeAsString()];
  if (id.empty()) {
    id = "coder" + std::to_string(coders_.size());
    (*components_.mutable_coders())[id] = std::move(message);
  }
  return id;
}

std::string ComponentsBuilder::AddWindowing(const WindowingStrategy& windowing, const std::string& environment) {
  proto::WindowingStrategy message;
  WindowFnToProto(windowing, *message.mutable_window_fn());
  message.set_merge_status(proto::MergeStatus::NON_MERGING);
  message.set_window_coder_id(AddCoder(WindowCoderSpec(windowing.coding())));
  message.mutable_trigger()->mutable_default_();
  message.set_accumulation_mode(proto::AccumulationMode::DISCARDING);
  message.set_output_time(proto::OutputTime::END_OF_WINDOW);
  message.set_closing_behavior(proto::ClosingBehavior::EMIT_IF_NONEMPTY);
  message.set_on_time_behavior(proto::OnTimeBehavior::FIRE_IF_NONEMPTY);
  message.set_allowed_lateness(0);
  message.set_assigns_to_one_window(true);
  message.set_environment_id(environment);
  std::string& id = windowings_[message.SerializeAsString()];
  if (id.empty()) {
    id = "windowing" + std::to_string(windowings_.size());
    (*components_.mutable_windowing_strategies())[id] = std::move(message);
  }
  return id;
}

CoderSpec CoderFromProto(const std::string& id, const google::protobuf::Map<std::string, proto::Coder>& coders) {
  return ReadCoder(id, coders, 0);
}

void WindowFnToProto(const WindowingStrategy& windowing, proto::FunctionSpec& spec) {
  if (windowing.IsGlobal()) {
    spec.set_urn(std::string(urn::kGlobalWindows));
    return;
  }
  proto::FixedWindowsPayload payload;
  *payload.mutable_size() = TimeUtil::MillisecondsToDuration(windowing.size_millis);
  *payload.mutable_offset() = TimeUtil::MillisecondsToTimestamp(windowing.offset_millis);
  spec.set_urn(std::string(urn::kFixedWindows));
  spec.set_payload(payload.SerializeAsString());
}

WindowingStrategy WindowFnFromProto(const proto::FunctionSpec& spec) {
  if (spec.urn() == urn::kGlobalWindows) return GlobalWindows();
  if (spec.urn() != urn::kFixedWindows) throw Error("windows of the kind " + spec.urn() + " are not known here");
  proto::FixedWindowsPayload payload;
  if (!payload.ParseFromString(spec.payload())) throw Error("the description of fixed windows is malformed");
  return FixedWindows(TimeUtil::DurationToMilliseconds(payload.size()),
                      TimeUtil::TimestampToMilliseconds(payload.offset()));
}

WindowingStrategy WindowingFromProto(const proto::WindowingStrategy& proto) {
  return WindowFnFromProto(proto.window_fn());
}

}  // namespace beam
