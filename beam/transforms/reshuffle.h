// Reshuffle: breaks fusion. What stands before it and after it become two stages that run at the same time, and its
// elements spread over all workers. Put one after a step that makes many elements of few (matching files, say).
#pragma once

#include <string>
#include <utility>

#include "beam/model/pcollection.h"

namespace beam {
namespace internal {

struct ReshuffleTransform {
  template <class T>
  PCollection<T> ExpandPrimitive(const PCollection<T>& in, const std::string& label) const {
    TransformNode& node = in.graph().Add(TransformKind::kReshuffle, label);
    node.inputs = {in.id()};
    return {&in.graph(), in.graph().AddOutput(node.id, "out", &kElementType<T>, in.windowing())};
  }
};

}  // namespace internal

inline internal::Labelled<internal::ReshuffleTransform> Reshuffle(std::string label = "Reshuffle") {
  return {std::move(label), {}};
}

}  // namespace beam
