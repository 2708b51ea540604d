// WithKeys: gives each element a key, one computed from it or the same for all.
//
//   files | WithKeys("By Folder", [](const File& file) { return Folder(file.path); })   // T -> KV<K, T>
//   files | WithKeys("All Together", 0)
//
// The function must be a lambda without captures, as for Map.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include "beam/transforms/map.h"

namespace beam {
namespace internal {

template <class F, class In>
struct WithKeysFn {
  using Key = std::remove_cvref_t<std::invoke_result_t<F, const In&>>;
  void ProcessElement(In element, Output<KV<Key, In>> out) const {
    Key key = F{}(std::as_const(element));
    out.Emit({std::move(key), std::move(element)});
  }
};

template <class K, class In>
struct WithKeyFn {
  K key;
  void ProcessElement(In element, Output<KV<K, In>> out) const { out.Emit({key, std::move(element)}); }
};

template <class K>
struct WithKeyTransform {
  K key;

  template <class In>
  auto ExpandPrimitive(const PCollection<In>& in, const std::string& label) const {
    if constexpr (!Codable<K>) {
      static_assert(Codable<K>,
                    "WithKeys takes a lambda [](const Element& e) { return key; }, or one key for all elements, of a "
                    "type with a coder");
      return Poison{};
    } else {
      return ParDoTransform<WithKeyFn<K, In>>{{key}, {}}.ExpandPrimitive(in, label);
    }
  }
};

template <class F>
concept IsFunction = requires { &F::operator(); } || std::is_function_v<std::remove_pointer_t<F>>;

}  // namespace internal

template <internal::IsFunction F>
internal::Labelled<internal::LambdaTransform<internal::WithKeysFn, F>> WithKeys(std::string label, F) {
  return {std::move(label), {}};
}
template <class K>
  requires(!internal::IsFunction<K>)
internal::Labelled<internal::WithKeyTransform<K>> WithKeys(std::string label, K key) {
  return {std::move(label), {std::move(key)}};
}
inline internal::Labelled<internal::WithKeyTransform<std::string>> WithKeys(std::string label, const char* key) {
  return {std::move(label), {key}};
}

}  // namespace beam
