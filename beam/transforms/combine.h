// Combine: values of a key, or of a whole PCollection, brought down to one by a CombineFn (see
// beam/model/combine_operator.h for what that is). Combined before the shuffle as well as after it, so that little
// travels.
//
//   pairs   | CombinePerKey("Mean By Artist", MeanFn{})                       // KV<K, in> -> KV<K, out>
//   numbers | CombineGlobally("Mean", MeanFn{})                               // in -> out: one element, also of none
//   numbers | CombineGlobally("Longest", LongestFn{}, OnEmpty::kNothing)      // no element of none
//
// Outside of the global window, only windows that have elements give one, whatever OnEmpty says.
#pragma once

#include <string>
#include <tuple>
#include <utility>

#include "beam/model/combine_operator.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/impulse.h"
#include "beam/transforms/map.h"
#include "beam/transforms/par_do.h"

namespace beam {

// What a global combine gives where there is no element.
enum class OnEmpty {
  kDefault,  // the output of an accumulator to which nothing was added
  kNothing,
};

namespace internal {

template <class Fn, class In>
constexpr bool CheckCombineFn() {
  if constexpr (!IsCombineFn<Fn>) {
    static_assert(IsCombineFn<Fn>,
                  "a CombineFn needs CreateAccumulator, AddInput, MergeAccumulators and ExtractOutput, const and not "
                  "overloaded");
    return false;
  } else if constexpr (!Codable<Fn> || !Codable<typename CombineTraits<Fn>::Accumulator>) {
    static_assert(Codable<Fn> && Codable<typename CombineTraits<Fn>::Accumulator>,
                  "a CombineFn and its accumulators travel, so they must be aggregates of fields that have a coder");
    return false;
  } else if constexpr (!std::is_same_v<typename CombineTraits<Fn>::Input, In>) {
    static_assert(std::is_same_v<typename CombineTraits<Fn>::Input, In>,
                  "this CombineFn takes other values than the PCollection before the | has");
    return false;
  } else {
    return true;
  }
}

template <class Fn>
struct CombinePerKeyTransform {
  Fn fn;

  template <class T>
  auto ExpandPrimitive(const PCollection<T>&, const std::string&) const {
    static_assert(kElementType<T>.kv != nullptr,
                  "CombinePerKey takes elements of type KV<K, V>; for a whole PCollection there is CombineGlobally");
    return Poison{};
  }

  template <class K, class V>
  auto ExpandPrimitive(const PCollection<KV<K, V>>& in, const std::string& label) const {
    if constexpr (!CheckCombineFn<Fn, V>()) {
      return Poison{};
    } else {
      using Out = KV<K, typename CombineTraits<Fn>::Output>;
      TransformNode& node = in.graph().Add(TransformKind::kCombinePerKey, label);
      const int id = node.id;
      node.fn_key = CombineRegistration<K, Fn>::kKey;
      node.payload = EncodeFn(fn);
      node.display = DisplayDataOf(fn);
      node.inputs = {in.id()};
      node.accumulator_type = &kElementType<KV<K, typename CombineTraits<Fn>::Accumulator>>;
      return PCollection<Out>(&in.graph(), in.graph().AddOutput(id, "out", &kElementType<Out>, in.windowing()));
    }
  }
};

// By value: an element that nobody else wants is moved.
template <class T>
struct AddVoidKeyFn {
  void ProcessElement(T value, Output<KV<Void, T>> out) const { out.Emit({Void{}, std::move(value)}); }
};

template <class T>
struct DropVoidKeyFn {
  void ProcessElement(KV<Void, T> kv, Output<T> out) const { out.Emit(std::move(kv.value)); }
};

// The result, or that of no input at all where there is none: from an impulse, which always comes.
template <class Fn>
struct OrDefaultFn {
  Fn fn;
  using Out = typename CombineTraits<Fn>::Output;

  void ProcessElement(const Bytes&, const SideIterable<Out>& result, Output<Out> out) const {
    if (result.empty()) {
      out.Emit(fn.ExtractOutput(fn.CreateAccumulator()));
    } else {
      out.Emit(CopyElement(*result.begin()));
    }
  }
};

template <class Fn>
struct CombineGloballyTransform {
  Fn fn;
  OnEmpty on_empty = OnEmpty::kDefault;

  template <class T>
  auto Expand(const PCollection<T>& in) const {
    if constexpr (!CheckCombineFn<Fn, T>()) {
      return Poison{};
    } else {
      using Out = typename CombineTraits<Fn>::Output;
      const auto combined = in
          | ParDo("Key", AddVoidKeyFn<T>{})
          | Labelled<CombinePerKeyTransform<Fn>>{"Combine", {fn}}
          | ParDo("Values", DropVoidKeyFn<Out>{});
      if (on_empty == OnEmpty::kNothing || !in.windowing().IsGlobal()) return combined;
      const PCollection<Bytes> impulse = ImpulseTransform{}.ExpandIn(in.graph(), "Impulse");
      return impulse | ParDo("Or Default", OrDefaultFn<Fn>{fn}, AsIterable(combined));
    }
  }
};

// Holds the CombineFns that add numbers to numbers.
template <template <class> class FnOf, class T>
constexpr bool CheckAdds() {
  constexpr bool kIsNumber = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
  if constexpr (FnOf<int>::kAddsNumbers && !kIsNumber) {
    static_assert(kIsNumber, "Sum and Mean add numbers: take the number out with Map first, or write a CombineFn");
    return false;
  } else {
    return true;
  }
}

// The transforms of a CombineFn that is made for whatever type of values the PCollection has: FnOf<T>{args...}.
template <template <class> class FnOf, OnEmpty kOnEmpty, class... Args>
struct CombineGloballyOf {
  std::tuple<Args...> args;

  template <class T>
  auto Expand(const PCollection<T>& in) const {
    if constexpr (!CheckAdds<FnOf, T>()) {
      return Poison{};
    } else {
      const auto make = [](const auto&... arg) { return FnOf<T>{arg...}; };
      return CombineGloballyTransform<FnOf<T>>{std::apply(make, args), kOnEmpty}.Expand(in);
    }
  }
};

template <template <class> class FnOf, class... Args>
struct CombinePerKeyOf {
  std::tuple<Args...> args;

  template <class T>
  auto ExpandPrimitive(const PCollection<T>& in, const std::string& label) const {
    return CombinePerKeyTransform<Void>{}.ExpandPrimitive(in, label);  // says what is wrong
  }

  template <class K, class V>
  auto ExpandPrimitive(const PCollection<KV<K, V>>& in, const std::string& label) const {
    if constexpr (!CheckAdds<FnOf, V>()) {
      return Poison{};
    } else {
      const auto make = [](const auto&... arg) { return FnOf<V>{arg...}; };
      return CombinePerKeyTransform<FnOf<V>>{std::apply(make, args)}.ExpandPrimitive(in, label);
    }
  }
};

}  // namespace internal

template <class Fn>
internal::Labelled<internal::CombinePerKeyTransform<Fn>> CombinePerKey(std::string label, Fn fn) {
  return {std::move(label), {std::move(fn)}};
}
template <class Fn>
internal::Labelled<internal::CombineGloballyTransform<Fn>> CombineGlobally(std::string label, Fn fn,
                                                                           OnEmpty on_empty = OnEmpty::kDefault) {
  return {std::move(label), {std::move(fn), on_empty}};
}

}  // namespace beam
