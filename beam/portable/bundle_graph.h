// BundleGraph: what an engine asks a worker to run, read from its ProcessBundleDescriptor: a graph that is one stage,
// with the engine's data at its ends.
//
// The types of elements are known from the functions that read and make them. Coders must be those that this SDK gives
// elements on the wire (beam/coder/wire_coder.h). What no function of the stage reads or makes passes as it is encoded
// (beam/model/encoded_element.h). Throws Error, naming the step, for what this worker cannot run.
#pragma once

#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.pb.h>

#include <string>
#include <vector>

#include "beam/coder/window.h"
#include "beam/exec/stage.h"
#include "beam/model/graph.h"

namespace beam {

// A PCollection that comes from the engine or goes to it.
struct BundleEnd {
  std::string transform;  // the engine's id, by which its elements are addressed
  std::string endpoint;   // of the Data API
  int pcollection = -1;
  WindowCoding windows = WindowCoding::kGlobal;
  CoderSpec coder = {};  // of the elements
};

// A PCollection that a step asks the engine for.
struct BundleSideInput {
  std::string tag;
  SideInputKind kind = SideInputKind::kIterable;  // how it may be asked for
  const ElementType* type = nullptr;
  WindowingStrategy windowing;
};

struct BundleGraph {
  Graph graph;
  Stage stage;
  std::vector<BundleEnd> sources;
  std::vector<BundleEnd> sinks;  // in the order of stage.sinks
  // By the ids of the graph:
  std::vector<std::string> transforms;                    // the engine's ids
  std::vector<std::string> pcollections;                  // likewise
  std::vector<std::vector<BundleSideInput>> side_inputs;  // of each transform
  std::string state_endpoint;
};

BundleGraph ReadDescriptor(const org::apache::beam::model::fn_execution::v1::ProcessBundleDescriptor& descriptor);

}  // namespace beam
