// For tests: the description of a stage as an engine would make it of a pipeline's proto.
#pragma once

#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.pb.h>
#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "beam/model/pcollection.h"
#include "beam/portable/environment.h"
#include "beam/portable/pipeline_proto.h"
#include "beam/portable/urns.h"
#include "beam/portable/validate.h"

namespace beam::testing_portable {

namespace fn = org::apache::beam::model::fn_execution::v1;
namespace proto = org::apache::beam::model::pipeline::v1;

// Throws Error if it is one that engines refuse.
inline proto::Pipeline ProtoOf(Pipeline& pipeline, const ResourceHints& hints = {}) {
  const proto::Pipeline made = ToProto(pipeline.graph(), ExternalEnvironment("localhost:1"), hints);
  CheckPipeline(made);
  return made;
}

// The id of the transform of that name. Throws Error.
inline std::string IdOf(const proto::Pipeline& pipeline, const std::string& name) {
  for (const auto& [id, transform] : pipeline.components().transforms()) {
    if (transform.unique_name() == name) return id;
  }
  throw Error("no transform is called " + name);
}

// Adds the port of PCollection `pcollection`, "source" or "sink" and its id being the name of the transform.
inline void AddPort(fn::ProcessBundleDescriptor& stage, const std::string& pcollection, bool is_source,
                    const std::string& endpoint) {
  const proto::PCollection& node = stage.pcollections().at(pcollection);
  const std::string window_coder = stage.windowing_strategies().at(node.windowing_strategy_id()).window_coder_id();
  const std::string coder = "windowed_" + node.coder_id() + window_coder;
  proto::Coder& windowed = (*stage.mutable_coders())[coder];
  windowed.mutable_spec()->set_urn(std::string(urn::kCoderWindowedValue));
  windowed.clear_component_coder_ids();
  windowed.add_component_coder_ids(node.coder_id());
  windowed.add_component_coder_ids(window_coder);
  fn::RemoteGrpcPort port;
  port.set_coder_id(coder);
  port.mutable_api_service_descriptor()->set_url(endpoint);
  proto::PTransform& transform = (*stage.mutable_transforms())[(is_source ? "source " : "sink ") + pcollection];
  transform.set_unique_name(is_source ? "Source" : "Sink");
  transform.mutable_spec()->set_urn(std::string(is_source ? urn::kSource : urn::kSink));
  transform.mutable_spec()->set_payload(port.SerializeAsString());
  (is_source ? *transform.mutable_outputs() : *transform.mutable_inputs())["x"] = pcollection;
}

// The ids of a transform, or of what it is made of where it is no more than that.
inline std::vector<std::string> LeavesOf(const proto::Pipeline& pipeline, const std::string& id) {
  const proto::PTransform& transform = pipeline.components().transforms().at(id);
  if (!transform.spec().urn().empty()) return {id};
  std::vector<std::string> leaves;
  for (const std::string& part : transform.subtransforms()) {
    for (const std::string& leaf : LeavesOf(pipeline, part)) leaves.push_back(leaf);
  }
  return leaves;
}

// A stage of the transforms of these names. What they read of others is a source, what others read a sink.
inline fn::ProcessBundleDescriptor StageOf(const proto::Pipeline& pipeline, const std::vector<std::string>& names,
                                           const std::string& endpoint) {
  fn::ProcessBundleDescriptor stage;
  stage.set_id("stage");
  *stage.mutable_pcollections() = pipeline.components().pcollections();
  *stage.mutable_coders() = pipeline.components().coders();
  *stage.mutable_windowing_strategies() = pipeline.components().windowing_strategies();
  stage.mutable_state_api_service_descriptor()->set_url(endpoint);
  std::set<std::string> made;
  std::set<std::string> read;
  std::vector<std::string> ids;
  for (const std::string& name : names) {
    for (const std::string& leaf : LeavesOf(pipeline, IdOf(pipeline, name))) ids.push_back(leaf);
  }
  for (const std::string& id : ids) {
    const proto::PTransform& transform = pipeline.components().transforms().at(id);
    (*stage.mutable_transforms())[id] = transform;
    for (const auto& output : transform.outputs()) made.insert(output.second);
    for (const auto& [tag, input] : transform.inputs()) {
      if (!tag.starts_with("side")) read.insert(input);
    }
  }
  for (const std::string& pcollection : read) {
    if (made.count(pcollection) == 0) AddPort(stage, pcollection, true, endpoint);
  }
  for (const std::string& pcollection : made) {
    if (read.count(pcollection) == 0) AddPort(stage, pcollection, false, endpoint);
  }
  return stage;
}

}  // namespace beam::testing_portable
