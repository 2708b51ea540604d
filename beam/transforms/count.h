// Count: how many elements there are, as std::int64_t.
//
//   failed | Count("Count")                 // one number; 0 of nothing
//   pairs  | CountPerKey("By Artist")       // KV<K, V> -> KV<K, count>
//   words  | CountPerElement("Frequencies") // T -> KV<T, count>: of equal elements
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "beam/transforms/combine.h"

namespace beam {
namespace internal {

template <class T>
struct CountFn {
  static constexpr bool kAddsNumbers = false;

  std::int64_t CreateAccumulator() const { return 0; }
  void AddInput(std::int64_t& count, const T&) const { ++count; }
  void MergeAccumulators(std::int64_t& into, const std::int64_t& other) const { into += other; }
  std::int64_t ExtractOutput(const std::int64_t& count) const { return count; }
};

// What is counted need not be copied.
template <class T>
struct MarkFn {
  void ProcessElement(const T&, Output<Void> out) const { out.Emit(Void{}); }
};

template <class T>
struct MarkElementFn {
  void ProcessElement(T element, Output<KV<T, Void>> out) const { out.Emit({std::move(element), Void{}}); }
};

struct CountTransform {
  template <class T>
  PCollection<std::int64_t> Expand(const PCollection<T>& in) const {
    return CombineGloballyTransform<CountFn<Void>>{}.Expand(in | ParDo("Mark", MarkFn<T>{}));
  }
};

struct CountPerElementTransform {
  template <class T>
  PCollection<KV<T, std::int64_t>> Expand(const PCollection<T>& in) const {
    return in | ParDo("Mark", MarkElementFn<T>{}) | Labelled<CombinePerKeyOf<CountFn>>{"Count", {}};
  }
};

}  // namespace internal

inline internal::Labelled<internal::CountTransform> Count(std::string label) { return {std::move(label), {}}; }
inline internal::Labelled<internal::CombinePerKeyOf<internal::CountFn>> CountPerKey(std::string label) {
  return {std::move(label), {}};
}
inline internal::Labelled<internal::CountPerElementTransform> CountPerElement(std::string label) {
  return {std::move(label), {}};
}

}  // namespace beam
