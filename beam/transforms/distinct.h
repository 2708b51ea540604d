// Distinct: each element once, however often it comes. Elements are equal where their encodings are.
//
//   words | Distinct("Vocabulary")
#pragma once

#include <string>
#include <utility>

#include "beam/transforms/combine.h"
#include "beam/transforms/count.h"
#include "beam/transforms/keys_values.h"

namespace beam {
namespace internal {

// Keeps the keys alone. Drops what is repeated before the shuffle already.
struct KeepKeyFn {
  Void CreateAccumulator() const { return {}; }
  void AddInput(Void&, const Void&) const {}
  void MergeAccumulators(Void&, const Void&) const {}
  Void ExtractOutput(const Void&) const { return {}; }
};

struct DistinctTransform {
  template <class T>
  PCollection<T> Expand(const PCollection<T>& in) const {
    return in | ParDo("Mark", MarkElementFn<T>{}) | Labelled<CombinePerKeyTransform<KeepKeyFn>>{"Combine", {}} | Keys();
  }
};

}  // namespace internal

inline internal::Labelled<internal::DistinctTransform> Distinct(std::string label = "Distinct") {
  return {std::move(label), {}};
}

}  // namespace beam
