// Flatten("All", a, b, ...): the elements of several PCollections of one type, in one.
#pragma once

#include <string>
#include <vector>

#include "beam/base/error.h"
#include "beam/model/pcollection.h"

namespace beam {

template <class T>
PCollection<T> Flatten(const std::string& label, const std::vector<PCollection<T>>& inputs) {
  if (inputs.empty()) throw UsageError("Flatten '" + label + "' has no inputs");
  Graph& graph = inputs.front().graph();
  std::vector<int> ids;
  for (const PCollection<T>& input : inputs) {
    if (&input.graph() != &graph) throw UsageError("Flatten '" + label + "' has inputs of two pipelines");
    if (!(input.windowing() == inputs.front().windowing())) {
      throw UsageError("Flatten '" + label + "' has inputs with different windows: give them the same with WindowInto");
    }
    ids.push_back(input.id());
  }
  TransformNode& node = graph.Add(TransformKind::kFlatten, label);
  node.inputs = std::move(ids);
  return {&graph, graph.AddOutput(node.id, "out", &internal::kElementType<T>, inputs.front().windowing())};
}

template <class T, class... More>
PCollection<T> Flatten(const std::string& label, const PCollection<T>& first, const More&... more) {
  constexpr bool kOneType = (std::is_same_v<PCollection<T>, More> && ...);
  if constexpr (kOneType) {
    return Flatten(label, std::vector<PCollection<T>>{first, more...});
  } else {
    static_assert(kOneType, "the inputs of a Flatten must have elements of one type");
    return first;
  }
}

}  // namespace beam
