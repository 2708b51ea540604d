// ToString: elements as texts for people.
//
//   numbers | ToString()           // "1.5"; a text stays as it is; else like {path: "a.mp3", seconds: 1.5}
//   pairs   | KvsToString()        // "key,value"
//   pairs   | KvsToString(": ")    // "key: value"
//
// An ordinary step on every runner. (beam:transform:to_string:v1 is no transform of pipelines: engines add it to what
// they have workers do, to show elements; the workers of this SDK know it.)
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "beam/coder/dynamic_coder.h"
#include "beam/transforms/par_do.h"

namespace beam {
namespace internal {

template <class T>
concept HasPlainText = std::is_arithmetic_v<T> || std::convertible_to<const T&, std::string_view>;

template <HasPlainText T>
std::string PlainText(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_arithmetic_v<T>) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
  } else {
    return std::string(std::string_view(value));
  }
}

template <class T>
struct PlainToStringFn {
  void ProcessElement(const T& element, Output<std::string> out) const { out.Emit(PlainText(element)); }
};

// By way of the coder, which knows the names of the parts.
template <class T>
struct CodedToStringFn {
  DynamicCoder Setup() const { return DynamicCoder(Coder<T>::Spec()); }
  void ProcessElement(DynamicCoder& coder, const T& element, Output<std::string> out) const {
    Writer bytes;
    Coder<T>::Encode(element, bytes);
    Reader in(bytes.view());
    out.Emit(DebugString(coder.Decode(in)));
  }
};

struct ToStringTransform {
  template <class T>
  PCollection<std::string> ExpandPrimitive(const PCollection<T>& in, const std::string& label) const {
    using Fn = std::conditional_t<HasPlainText<T>, std::type_identity<PlainToStringFn<T>>,
                                  std::type_identity<CodedToStringFn<T>>>;
    return ParDoTransform<typename Fn::type>{}.ExpandPrimitive(in, label);
  }
};

template <class K, class V>
struct KvsToStringFn {
  std::string delimiter;
  void ProcessElement(const KV<K, V>& kv, Output<std::string> out) const {
    out.Emit(PlainText(kv.key) + delimiter + PlainText(kv.value));
  }
};

struct KvsToStringTransform {
  std::string delimiter;

  template <class T>
  auto ExpandPrimitive(const PCollection<T>&, const std::string&) const {
    static_assert(kElementType<T>.kv != nullptr, "KvsToString takes elements of type KV<K, V>; others take ToString");
    return Poison{};
  }
  template <class K, class V>
  auto ExpandPrimitive(const PCollection<KV<K, V>>& in, const std::string& label) const {
    if constexpr (!HasPlainText<K> || !HasPlainText<V>) {
      static_assert(HasPlainText<K> && HasPlainText<V>,
                    "KvsToString takes keys and values that are texts, numbers or bools; others take ToString");
      return Poison{};
    } else {
      return ParDoTransform<KvsToStringFn<K, V>>{{delimiter}, {}}.ExpandPrimitive(in, label);
    }
  }
};

}  // namespace internal

inline internal::Labelled<internal::ToStringTransform> ToString(std::string label = "ToString") {
  return {std::move(label), {}};
}
inline internal::Labelled<internal::KvsToStringTransform> KvsToString(std::string delimiter = ",") {
  return {"KvsToString", {std::move(delimiter)}};
}

}  // namespace beam
