// What a DoFn is, read from its ProcessElement.
//
//   struct FindVocals {                                   // an aggregate: its fields travel to the workers
//     std::string model_path;
//     std::unique_ptr<Model> Setup() const;               // optional: live state, made once per instance of the DoFn;
//                                                         // its destructor is the teardown
//     void StartBundle(std::unique_ptr<Model>&) const;    // optional
//     void ProcessElement(std::unique_ptr<Model>& model,  // the state, if there is a Setup
//                         const AudioFile& file,          // the element: by const reference, or by value to keep it
//                         const SideInput<double>& gain,  // then, in any order: side inputs, Timestamp, const Window&,
//                         Output<AudioFile, "vocal">,     // PaneInfo, Resume&, BundleFinalizer&, and the outputs
//                         Output<AudioFile, "other">) const;
//     void FinishBundle(std::unique_ptr<Model>&, Output<AudioFile, "vocal">) const;  // optional: any of the outputs,
//                                                                                    // and a BundleFinalizer&
//   };
//
// The rules: thread-compatible (each thread has an instance of its own), serializable (only the fields travel),
// idempotent (a bundle may be processed again).
#pragma once

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>

#include "beam/coder/coder.h"
#include "beam/coder/window.h"
#include "beam/model/bundle_finalizer.h"
#include "beam/model/output.h"
#include "beam/model/resume.h"
#include "beam/model/side_input.h"

namespace beam::internal {

enum class ParamKind { kPlain, kSide, kTimestamp, kWindow, kPane, kResume, kFinalizer, kOutput };

template <class P>
struct ParamTraits {
  static constexpr ParamKind kKind = ParamKind::kPlain;
};
template <class T>
struct ParamTraits<SideInput<T>> {
  static constexpr ParamKind kKind = ParamKind::kSide;
  static constexpr bool kMap = false;
  using Element = T;
};
template <class T>
struct ParamTraits<SideIterable<T>> : ParamTraits<SideInput<T>> {};
template <class K, class V>
struct ParamTraits<SideMap<K, V>> {
  static constexpr ParamKind kKind = ParamKind::kSide;
  static constexpr bool kMap = true;
  using Element = KV<K, V>;
};
template <>
struct ParamTraits<Timestamp> {
  static constexpr ParamKind kKind = ParamKind::kTimestamp;
};
template <>
struct ParamTraits<Window> {
  static constexpr ParamKind kKind = ParamKind::kWindow;
};
template <>
struct ParamTraits<PaneInfo> {
  static constexpr ParamKind kKind = ParamKind::kPane;
};
template <>
struct ParamTraits<Resume> {
  static constexpr ParamKind kKind = ParamKind::kResume;
};
template <>
struct ParamTraits<BundleFinalizer> {
  static constexpr ParamKind kKind = ParamKind::kFinalizer;
};
template <class T, Tag kTag>
struct ParamTraits<Output<T, kTag>> {
  static constexpr ParamKind kKind = ParamKind::kOutput;
};

template <class P>
inline constexpr ParamKind kParamKind = ParamTraits<std::remove_cvref_t<P>>::kKind;

// The parameters of a const member function.
template <class M>
struct ConstMember {
  static constexpr bool kIsConst = false;
};
template <class C, class R, class... P>
struct ConstMember<R (C::*)(P...) const> {
  static constexpr bool kIsConst = true;
  using Params = std::tuple<P...>;
};
template <class C, class R, class... P>
struct ConstMember<R (C::*)(P...) const noexcept> : ConstMember<R (C::*)(P...) const> {};

template <class... P>
constexpr auto ParamKinds(std::tuple<P...>*) {
  return std::array<ParamKind, sizeof...(P)>{kParamKind<P>...};
}

// std::tuple of the decayed types of those parameters whose kind is `kWanted`; tuples that are only named, not
// instantiated, as every DoFn of a program comes through here.
template <class... T>
struct Types {
  using Tuple = std::tuple<T...>;
};
template <class... A, class... B>
constexpr Types<A..., B...> operator+(Types<A...>, Types<B...>) {
  return {};
}

template <ParamKind kWanted, class... P>
constexpr auto Select(std::tuple<P...>*) {
  return (Types<>() + ... + std::conditional_t<kParamKind<P> == kWanted, Types<std::remove_cvref_t<P>>, Types<>>());
}

template <ParamKind kWanted, class Params>
using SelectParams = typename decltype(Select<kWanted>(static_cast<Params*>(nullptr)))::Tuple;

// The index of an output type in a list of them.
template <class Wanted, class... O>
constexpr std::size_t OutputIndex(std::tuple<O...>*) {
  std::size_t index = 0;
  const bool found = ((std::is_same_v<Wanted, O> || (++index, false)) || ...);
  return found ? index : sizeof...(O);
}

template <class Fn>
concept HasProcessElement = requires { &Fn::ProcessElement; };

template <class Fn>
concept HasConstProcessElement = HasProcessElement<Fn> && ConstMember<decltype(&Fn::ProcessElement)>::kIsConst;

template <class Fn>
concept HasSetup = requires(const Fn& fn) { fn.Setup(); };

struct NoState {};

template <class Fn>
struct StateOf {
  using Type = NoState;
};
template <HasSetup Fn>
struct StateOf<Fn> {
  using Type = decltype(std::declval<const Fn&>().Setup());
};

// Only for a Fn that passed CheckDoFn's first rules.
template <class Fn>
struct DoFnTraits {
  using Params = typename ConstMember<decltype(&Fn::ProcessElement)>::Params;
  using State = typename StateOf<Fn>::Type;
  using Sides = SelectParams<ParamKind::kSide, Params>;
  using Outputs = SelectParams<ParamKind::kOutput, Params>;

  static constexpr std::size_t kElementIndex = HasSetup<Fn> ? 1 : 0;
  static constexpr bool kHasElement = std::tuple_size_v<Params> > kElementIndex;
  static constexpr auto kKinds = ParamKinds(static_cast<Params*>(nullptr));
  static constexpr bool Takes(ParamKind wanted) {
    for (const ParamKind kind : kKinds) {
      if (kind == wanted) return true;
    }
    return false;
  }
  // Of the parameters before `index`, how many are of the same kind.
  static constexpr std::size_t Ordinal(std::size_t index) {
    std::size_t ordinal = 0;
    for (std::size_t i = 0; i < index; ++i) ordinal += kKinds[i] == kKinds[index] ? 1 : 0;
    return ordinal;
  }
};

template <class Fn>
struct ElementParamOf {
  using Type = std::tuple_element_t<DoFnTraits<Fn>::kElementIndex, typename DoFnTraits<Fn>::Params>;
};

}  // namespace beam::internal
