// The rules that a DoFn must keep, each a sentence: a DoFn that breaks one is one compile error, which says it.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "beam/coder/coder.h"
#include "beam/model/dofn.h"
#include "beam/transforms/views.h"

namespace beam::internal {

template <class... O>
constexpr bool AllCodable(std::tuple<O...>*) {
  return (Codable<typename O::Element> && ...);
}

template <class... O>
constexpr bool TagsDiffer(std::tuple<O...>*) {
  const std::array<std::string_view, sizeof...(O)> tags{O::kName...};
  for (std::size_t i = 0; i < tags.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (tags[i] == tags[j]) return false;
    }
  }
  return true;
}

// Whether all parameters after the element are of kinds that mean something.
template <class Fn>
constexpr bool ParametersAreKnown() {
  using Traits = DoFnTraits<Fn>;
  for (std::size_t i = Traits::kElementIndex + 1; i < Traits::kKinds.size(); ++i) {
    if (Traits::kKinds[i] == ParamKind::kPlain) return false;
  }
  return true;
}

// Whether a bundle hook is const and takes the state, outputs or finalizer that ProcessElement has too. A DoFn may lack
// it.
template <class Fn, class P>
constexpr bool HookParameterIsKnown() {
  using Plain = std::remove_cvref_t<P>;
  if constexpr (kParamKind<P> == ParamKind::kOutput) {
    using Outputs = typename DoFnTraits<Fn>::Outputs;
    return OutputIndex<Plain>(static_cast<Outputs*>(nullptr)) < std::tuple_size_v<Outputs>;
  } else if constexpr (kParamKind<P> == ParamKind::kFinalizer) {
    return DoFnTraits<Fn>::Takes(ParamKind::kFinalizer);
  } else {
    return HasSetup<Fn> && std::is_same_v<Plain, typename DoFnTraits<Fn>::State>;
  }
}
template <class Fn, class... P>
constexpr bool HookParametersAreKnown(std::tuple<P...>*) {
  return (HookParameterIsKnown<Fn, P>() && ...);
}
template <class Fn, class Hook>
constexpr bool HookIsGood() {
  if constexpr (ConstMember<Hook>::kIsConst) {
    return HookParametersAreKnown<Fn>(static_cast<typename ConstMember<Hook>::Params*>(nullptr));
  } else {
    return false;
  }
}
template <class Fn>
constexpr bool HooksAreGood() {
  bool good = true;
  if constexpr (requires { &Fn::StartBundle; }) good = good && HookIsGood<Fn, decltype(&Fn::StartBundle)>();
  if constexpr (requires { &Fn::FinishBundle; }) good = good && HookIsGood<Fn, decltype(&Fn::FinishBundle)>();
  return good;
}

// The rules that do not depend on the elements.
template <class Fn>
constexpr bool CheckDoFnItself() {
  if constexpr (!HasProcessElement<Fn>) {
    static_assert(HasProcessElement<Fn>,
                  "a DoFn needs one member `void ProcessElement(const Element&, ..., Output<T>...) const`: not "
                  "overloaded, not a template, and spelled like that");
    return false;
  } else if constexpr (!HasConstProcessElement<Fn>) {
    static_assert(HasConstProcessElement<Fn>,
                  "ProcessElement must be const: what changes from element to element belongs into the state that "
                  "Setup() returns");
    return false;
  } else if constexpr (!Codable<Fn>) {
    static_assert(Codable<Fn>,
                  "a DoFn travels to the workers, so it must be an aggregate of fields that have a coder: make what "
                  "lives on the worker (models, caches, mutexes, pointers) in Setup()");
    return false;
  } else if constexpr (requires { &Fn::Setup; } && !HasSetup<Fn>) {
    static_assert(HasSetup<Fn>, "Setup must be const, take nothing and return the state");
    return false;
  } else if constexpr (!DoFnTraits<Fn>::kHasElement) {
    static_assert(DoFnTraits<Fn>::kHasElement,
                  "ProcessElement must take the element (after the state, if there is a Setup)");
    return false;
  } else if constexpr (!ParametersAreKnown<Fn>()) {
    static_assert(
        ParametersAreKnown<Fn>(),
        "after the element, ProcessElement takes side inputs, Timestamp, Window, PaneInfo, Resume, BundleFinalizer "
        "and Outputs");
    return false;
  } else if constexpr (!HooksAreGood<Fn>()) {
    static_assert(HooksAreGood<Fn>(),
                  "StartBundle and FinishBundle must be const, and take the state that Setup returns, and outputs and "
                  "the BundleFinalizer where ProcessElement has them too");
    return false;
  } else if constexpr (!TagsDiffer(static_cast<typename DoFnTraits<Fn>::Outputs*>(nullptr))) {
    static_assert(TagsDiffer(static_cast<typename DoFnTraits<Fn>::Outputs*>(nullptr)),
                  "two Outputs of this DoFn have the same tag: give one of them another, as in Output<T, \"failed\">");
    return false;
  } else if constexpr (!AllCodable(static_cast<typename DoFnTraits<Fn>::Outputs*>(nullptr))) {
    static_assert(AllCodable(static_cast<typename DoFnTraits<Fn>::Outputs*>(nullptr)),
                  "an Output of this DoFn has elements without a coder: make their type an aggregate of codable "
                  "fields, or specialise beam::Coder for it");
    return false;
  } else {
    return true;
  }
}

// All rules, for elements of type In and the side inputs given. True where all hold.
template <class Fn, class In, class... Views>
constexpr bool CheckDoFn() {
  if constexpr (!CheckDoFnItself<Fn>()) {
    return false;
  } else {
    using Element = std::remove_cvref_t<typename ElementParamOf<Fn>::Type>;
    using GivenSides = std::tuple<typename SideParamOf<Views>::Type...>;
    using WantedSides = typename DoFnTraits<Fn>::Sides;
    if constexpr (!std::is_same_v<Element, In>) {
      static_assert(std::is_same_v<Element, In>,
                    "this DoFn takes elements of another type than those of the PCollection before the |");
      return false;
    } else if constexpr (!std::is_same_v<GivenSides, WantedSides>) {
      static_assert(std::is_same_v<GivenSides, WantedSides>,
                    "ParDo needs one AsSingleton, AsIterable or AsMap for each SideInput, SideIterable or SideMap "
                    "parameter of ProcessElement, of the same types and in the same order");
      return false;
    } else {
      return true;
    }
  }
}

}  // namespace beam::internal
