// Map, FlatMap, Filter, ForEach: the DoFns of one line.
//
//   numbers | Map("Double", [](std::int64_t n) { return 2 * n; })
//   lines   | FlatMap("Words", [](const std::string& line) { return Split(line); })       // any range
//   numbers | Filter("Even", [](std::int64_t n) { return n % 2 == 0; })
//   numbers | ForEach("Print", [](std::int64_t n) { ... })                                // the end of a branch
//
// The function must be a lambda without captures: a worker finds it by its type, and captured values would stay behind.
#pragma once

#include <iterator>
#include <string>
#include <type_traits>
#include <utility>

#include "beam/transforms/par_do.h"

namespace beam {
namespace internal {

// Whether F's parameter wants the element itself (by value or by &&) rather than a look at it.
template <class F>
struct TakesElement : std::false_type {};
template <class F>
  requires requires { &F::operator(); }
struct TakesElement<F> {
  template <class M>
  struct First : std::false_type {};
  template <class C, class R, class P>
  struct First<R (C::*)(P) const> : std::bool_constant<!std::is_lvalue_reference_v<P>> {};
  static constexpr bool value = First<decltype(&F::operator())>::value;
};

// By value only where that saves a copy.
template <class F, class In>
using LambdaParam = std::conditional_t<TakesElement<F>::value && !std::is_trivially_copyable_v<In>, In, const In&>;

template <class F, class In>
decltype(auto) CallLambda(LambdaParam<F, In>& element) {
  if constexpr (std::is_const_v<std::remove_reference_t<LambdaParam<F, In>>>) {
    return F{}(element);
  } else {
    return F{}(std::move(element));
  }
}

template <class F, class In>
using LambdaResult = decltype(CallLambda<F, In>(std::declval<LambdaParam<F, In>&>()));

template <class F, class In>
struct MapFn {
  void ProcessElement(LambdaParam<F, In> element, Output<std::remove_cvref_t<LambdaResult<F, In>>> out) const {
    out.Emit(CallLambda<F, In>(element));
  }
};

template <class R>
using RangeElement = std::remove_cvref_t<decltype(*std::begin(std::declval<R&>()))>;

template <class F, class In>
struct FlatMapFn {
  void ProcessElement(LambdaParam<F, In> element, Output<RangeElement<LambdaResult<F, In>>> out) const {
    using Range = LambdaResult<F, In>;
    Range range = CallLambda<F, In>(element);
    for (auto&& value : range) {
      if constexpr (std::is_lvalue_reference_v<Range>) {
        out.Emit(value);
      } else {
        out.Emit(RangeElement<Range>(std::move(value)));  // the range is ours
      }
    }
  }
};

template <class F, class In>
struct FilterFn {
  void ProcessElement(const In& element, Output<In> out) const {
    if (F{}(element)) out.Emit(element);
  }
};

template <class F, class In>
struct ForEachFn {
  void ProcessElement(LambdaParam<F, In> element) const { CallLambda<F, In>(element); }
};

// The rules of such a function, each a sentence.
template <class F>
constexpr bool CheckCaptureless() {
  if constexpr (!std::is_class_v<F>) {
    static_assert(std::is_class_v<F>,
                  "pass a lambda, [](const Element& e) { return f(e); }: a function pointer means nothing on a worker");
    return false;
  } else if constexpr (!std::is_empty_v<F> || !std::is_default_constructible_v<F>) {
    static_assert(std::is_empty_v<F> && std::is_default_constructible_v<F>,
                  "a lambda that captures cannot travel to the workers: make it a DoFn, a struct whose fields are what "
                  "it captured");
    return false;
  } else {
    return true;
  }
}

template <class F, class In>
constexpr bool CheckLambda() {
  if constexpr (!CheckCaptureless<F>()) {
    return false;
  } else if constexpr (!std::is_invocable_v<F, const In&> && !std::is_invocable_v<F, In>) {
    static_assert(std::is_invocable_v<F, const In&> || std::is_invocable_v<F, In>,
                  "this lambda takes another type than the elements of the PCollection before the |");
    return false;
  } else {
    return true;
  }
}

template <template <class, class> class Fn, class F>
struct LambdaTransform {
  template <class In>
  auto ExpandPrimitive(const PCollection<In>& in, const std::string& label) const {
    if constexpr (!CheckLambda<F, In>()) {
      return Poison{};
    } else {
      return ParDoTransform<Fn<F, In>>{}.ExpandPrimitive(in, label);
    }
  }
};

}  // namespace internal

template <class F>
internal::Labelled<internal::LambdaTransform<internal::MapFn, F>> Map(std::string label, F) {
  return {std::move(label), {}};
}
template <class F>
internal::Labelled<internal::LambdaTransform<internal::FlatMapFn, F>> FlatMap(std::string label, F) {
  return {std::move(label), {}};
}
template <class F>
internal::Labelled<internal::LambdaTransform<internal::FilterFn, F>> Filter(std::string label, F) {
  return {std::move(label), {}};
}
template <class F>
internal::Labelled<internal::LambdaTransform<internal::ForEachFn, F>> ForEach(std::string label, F) {
  return {std::move(label), {}};
}

}  // namespace beam
