// ComponentsBuilder: the coders and windowing strategies of a pipeline's proto, each kept once and named by an id.
//
// One thread.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <map>
#include <string>

#include "beam/coder/schema.h"
#include "beam/model/window_fn.h"

namespace beam {

class ComponentsBuilder {
 public:
  explicit ComponentsBuilder(org::apache::beam::model::pipeline::v1::Components& components)
      : components_(components) {}

  // The ids of the coder, and of the windowing strategy, which are added where they are not there yet.
  std::string AddCoder(const CoderSpec& coder);
  std::string AddWindowing(const WindowingStrategy& windowing, const std::string& environment);

 private:
  org::apache::beam::model::pipeline::v1::Components& components_;
  std::map<std::string, std::string> coders_;  // by the bytes of the message
  std::map<std::string, std::string> windowings_;
};

// Of a proto, back. Throw Error, by name, for what this SDK does not know.
CoderSpec CoderFromProto(const std::string& id,
                         const google::protobuf::Map<std::string, org::apache::beam::model::pipeline::v1::Coder>&);
WindowingStrategy WindowingFromProto(const org::apache::beam::model::pipeline::v1::WindowingStrategy& proto);

void WindowFnToProto(const WindowingStrategy& windowing, org::apache::beam::model::pipeline::v1::FunctionSpec& spec);
WindowingStrategy WindowFnFromProto(const org::apache::beam::model::pipeline::v1::FunctionSpec& spec);

}  // namespace beam
