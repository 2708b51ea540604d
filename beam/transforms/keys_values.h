// Keys, Values, KvSwap: the parts of KV<K, V>.
//
//   pairs | Keys()      // K
//   pairs | Values()    // V
//   pairs | KvSwap()    // KV<V, K>
#pragma once

#include <string>
#include <utility>

#include "beam/transforms/par_do.h"

namespace beam {
namespace internal {

// By reference: a value that nobody wants is not copied.
template <class K, class V>
struct KeysFn {
  void ProcessElement(const KV<K, V>& kv, Output<K> out) const { out.Emit(CopyElement(kv.key)); }
};

// By value: a value is mostly the larger part, and is moved where nobody else wants it.
template <class K, class V>
struct ValuesFn {
  void ProcessElement(KV<K, V> kv, Output<V> out) const { out.Emit(std::move(kv.value)); }
};

template <class K, class V>
struct KvSwapFn {
  void ProcessElement(KV<K, V> kv, Output<KV<V, K>> out) const { out.Emit({std::move(kv.value), std::move(kv.key)}); }
};

template <template <class, class> class Fn>
struct KvTransform {
  template <class T>
  auto ExpandPrimitive(const PCollection<T>&, const std::string&) const {
    static_assert(kElementType<T>.kv != nullptr,
                  "Keys, Values and KvSwap take elements of type KV<K, V>: make them with WithKeys or Map");
    return Poison{};
  }
  template <class K, class V>
  auto ExpandPrimitive(const PCollection<KV<K, V>>& in, const std::string& label) const {
    return ParDoTransform<Fn<K, V>>{}.ExpandPrimitive(in, label);
  }
};

}  // namespace internal

inline internal::Labelled<internal::KvTransform<internal::KeysFn>> Keys(std::string label = "Keys") {
  return {std::move(label), {}};
}
inline internal::Labelled<internal::KvTransform<internal::ValuesFn>> Values(std::string label = "Values") {
  return {std::move(label), {}};
}
inline internal::Labelled<internal::KvTransform<internal::KvSwapFn>> KvSwap(std::string label = "KvSwap") {
  return {std::move(label), {}};
}

}  // namespace beam
