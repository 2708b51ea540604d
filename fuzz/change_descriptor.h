// Changes to the description of a stage, also within the messages that it holds as bytes.
#pragma once

#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.pb.h>

#include <algorithm>
#include <string>
#include <vector>

#include "beam/portable/urns.h"
#include "fuzz/change_message.h"

namespace beam::fuzzing {

namespace fn = org::apache::beam::model::fn_execution::v1;
namespace proto = org::apache::beam::model::pipeline::v1;

// One change.
inline void ChangeDescriptor(fn::ProcessBundleDescriptor& stage, Script& script) {
  if (script.Byte() % 2 == 0 || stage.transforms().empty()) return ChangeMessage(stage, script);
  std::vector<std::string> ids;
  for (const auto& transform : stage.transforms()) ids.push_back(transform.first);
  std::sort(ids.begin(), ids.end());  // the map's own order is another one each time
  proto::PTransform& transform = (*stage.mutable_transforms())[ids[script.Below(ids.size())]];
  const std::string urn = transform.spec().urn();
  std::string& payload = *transform.mutable_spec()->mutable_payload();
  if (urn == urn::kSource || urn == urn::kSink) return ChangePayload<fn::RemoteGrpcPort>(payload, script);
  if (urn == urn::kParDo) return ChangePayload<proto::ParDoPayload>(payload, script);
  if (urn == urn::kWindowInto) return ChangePayload<proto::WindowIntoPayload>(payload, script);
  ChangePayload<proto::CombinePayload>(payload, script);
}

}  // namespace beam::fuzzing
