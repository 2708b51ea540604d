// Impulse: one element, the empty bytes, in the global window: what every pipeline starts from.
#pragma once

#include <string>
#include <utility>

#include "beam/model/pcollection.h"

namespace beam {
namespace internal {

struct ImpulseTransform {
  PCollection<Bytes> ExpandPrimitive(Pipeline& pipeline, const std::string& label) const {
    return ExpandIn(pipeline.graph(), label);
  }

  // For composites, which have a graph but no Pipeline.
  PCollection<Bytes> ExpandIn(Graph& graph, const std::string& label) const {
    const int id = graph.Add(TransformKind::kImpulse, label).id;
    return {&graph, graph.AddOutput(id, "out", &kElementType<Bytes>, GlobalWindows())};
  }
};

}  // namespace internal

inline internal::Labelled<internal::ImpulseTransform> Impulse(std::string label = "Impulse") {
  return {std::move(label), {}};
}

}  // namespace beam
