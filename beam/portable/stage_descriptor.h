// DescribeStage: a stage of the embedded runner as an engine describes it to its workers; the inverse of
// beam/portable/bundle_graph.h.
//
// Ids are those of ToProto. A CombinePerKey is cut up as engines cut it: its first half ends the stage that writes the
// accumulators, of which the stage that reads the groups merges those of a key, and extracts the output.
#pragma once

#include <org/apache/beam/model/fn_execution/v1/beam_fn_api.pb.h>
#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <cstddef>
#include <string>

#include "beam/exec/stage.h"
#include "beam/model/graph.h"

namespace beam {

// `pipeline` is ToProto of the graph; data and state come from `endpoint`.
org::apache::beam::model::fn_execution::v1::ProcessBundleDescriptor DescribeStage(
    const Graph& graph, const Stage& stage, const org::apache::beam::model::pipeline::v1::Pipeline& pipeline,
    const std::string& endpoint);

std::string StageId(int stage);
// The ids by which the stage's elements are addressed: where they come in, and at each of stage.sinks.
std::string SourceId();
std::string SinkId(std::size_t sink);

}  // namespace beam
