// ToProto: a pipeline as Beam's proto, which every engine understands.
//
// Ids: transforms are "t" and the number of the step in its graph, PCollections "p" and theirs, so that what an engine
// says of an id can be led back. Names are the full names of the steps. Composites of the graph are composites of the
// proto; a CombinePerKey is one of a GroupByKey and a step that combines its groups, so that engines may combine before
// the shuffle, too; what engines do not know by themselves runs in the environment. Composites that hold no step are
// left out: an engine could take them for steps.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <cstddef>
#include <string>

#include "beam/model/graph.h"

namespace beam {

// `environment` is where the workers come from, `hints` what the machines of the whole pipeline should have; steps with
// hints of their own get environments of their own, which differ in nothing else. Throws Error for what has no form in
// Beam's proto.
org::apache::beam::model::pipeline::v1::Pipeline ToProto(
    const Graph& graph, const org::apache::beam::model::pipeline::v1::Environment& environment,
    const ResourceHints& hints = {});

// The bytes of a pipeline; equal ones of equal pipelines, as Protobuf by itself writes the entries of maps in any
// order.
std::string SerializedPipeline(const org::apache::beam::model::pipeline::v1::Pipeline& pipeline);

std::string PCollectionId(int pcollection);
std::string TransformId(int transform);
// The step of the graph that is meant by `id`, or -1.
int TransformOfId(const Graph& graph, const std::string& id);

// By which a step names its side input of that index.
std::string SideInputTag(std::size_t index);

// The coder of the groups of a PCollection of pairs.
CoderSpec GroupedCoder(CoderSpec pairs);

}  // namespace beam
