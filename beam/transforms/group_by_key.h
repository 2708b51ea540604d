// GroupByKey: KV<K, V> -> KV<K, Iterable<V>>, per window. Keys are equal where their encodings are. The values of a
// group come in an order that does not depend on the number of threads.
#pragma once

#include <string>
#include <utility>

#include "beam/model/pcollection.h"

namespace beam {
namespace internal {

struct GroupByKeyTransform {
  template <class T>
  auto ExpandPrimitive(const PCollection<T>&, const std::string&) const {
    static_assert(kElementType<T>.kv != nullptr, "GroupByKey takes elements of type KV<K, V>: make them with WithKeys");
    return Poison{};
  }

  template <class K, class V>
  PCollection<KV<K, Iterable<V>>> ExpandPrimitive(const PCollection<KV<K, V>>& in, const std::string& label) const {
    TransformNode& node = in.graph().Add(TransformKind::kGroupByKey, label);
    node.inputs = {in.id()};
    return {&in.graph(), in.graph().AddOutput(node.id, "out", &kElementType<KV<K, Iterable<V>>>, in.windowing())};
  }
};

}  // namespace internal

inline internal::Labelled<internal::GroupByKeyTransform> GroupByKey(std::string label = "GroupByKey") {
  return {std::move(label), {}};
}

}  // namespace beam
