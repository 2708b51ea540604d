// Rank: the order by which Min, Max and Top choose. A total one, so that the choice is the same in every run: what the
// user's comparison calls equal is told apart by its encoding, and NaN lies above all numbers.
#pragma once

#include <cmath>
#include <type_traits>

#include "beam/base/bytes.h"
#include "beam/coder/coder.h"

namespace beam::internal {

// The default comparison: operator<, with an order for all values of float and double.
struct NaturalLess {
  template <class T>
    requires requires(const T& a, const T& b) { a < b; }
  bool operator()(const T& a, const T& b) const {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(a) || std::isnan(b)) return !std::isnan(a);
      return a < b || (a == b && std::signbit(a) && !std::signbit(b));
    } else {
      return a < b;
    }
  }
};

// The other way round.
template <class Less>
struct Reversed {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return Less{}(b, a);
  }
};

template <class Less>
inline constexpr bool kIsReversed = false;
template <class Less>
inline constexpr bool kIsReversed<Reversed<Less>> = true;

template <class Less>
struct UnreversedOf {
  using Type = Less;
};
template <class Less>
struct UnreversedOf<Reversed<Less>> {
  using Type = Less;
};

// Less is a lambda without captures or another class without state.
template <class T, class Less>
bool RanksBelow(const T& a, const T& b) {
  if (Less{}(a, b)) return true;
  if constexpr (std::is_integral_v<T>
                && (std::is_same_v<Less, NaturalLess> || std::is_same_v<Less, Reversed<NaturalLess>>)) {
    return false;
  } else {
    if (Less{}(b, a)) return false;
    Writer bytes_of_a;
    Writer bytes_of_b;
    Coder<T>::Encode(a, bytes_of_a);
    Coder<T>::Encode(b, bytes_of_b);
    return kIsReversed<Less> ? bytes_of_b.view() < bytes_of_a.view() : bytes_of_a.view() < bytes_of_b.view();
  }
}

// The rules of a comparison of values of type T, each a sentence.
template <class Less, class T>
constexpr bool CheckLess() {
  if constexpr (!std::is_empty_v<Less> || !std::is_default_constructible_v<Less>) {
    static_assert(
        std::is_empty_v<Less> && std::is_default_constructible_v<Less>,
        "a comparison must be a lambda without captures, or a struct without fields: anything else would stay "
        "behind when it travels to the workers");
    return false;
  } else if constexpr (!std::is_invocable_r_v<bool, typename UnreversedOf<Less>::Type, const T&, const T&>) {
    static_assert(std::is_invocable_r_v<bool, typename UnreversedOf<Less>::Type, const T&, const T&>,
                  "there is no such comparison of these values: give one, [](const T& a, const T& b) { return ...; } "
                  "that says whether a comes before b");
    return false;
  } else {
    return true;
  }
}

}  // namespace beam::internal
