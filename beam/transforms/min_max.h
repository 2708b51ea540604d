// Min and Max: the smallest and the largest element, or value of each key.
//
//   seconds | Max("Longest")                                          // by operator<
//   files   | Min("Oldest", [](const File& a, const File& b) { return a.time < b.time; })
//   pairs   | MaxPerKey("Longest By Artist")                          // KV<K, V> -> KV<K, V>
//
// Of an empty PCollection they give no element. Elements that the comparison calls equal are told apart by their
// encoding, so that the choice is the same in every run. NaN is above all numbers.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>

#include "beam/transforms/combine.h"
#include "beam/transforms/rank.h"

namespace beam {
namespace internal {

// Keeps the value that ranks below all others.
template <class Less>
struct Lowest {
  template <class T>
  struct Fn {
    static constexpr bool kAddsNumbers = false;

    std::optional<T> CreateAccumulator() const { return std::nullopt; }
    void AddInput(std::optional<T>& lowest, const T& value) const {
      if (!lowest.has_value() || RanksBelow<T, Less>(value, *lowest)) lowest = CopyElement(value);
    }
    void MergeAccumulators(std::optional<T>& into, const std::optional<T>& other) const {
      if (other.has_value()) AddInput(into, *other);
    }
    T ExtractOutput(const std::optional<T>& lowest) const {
      assert(lowest.has_value());  // only made of values, as OnEmpty is kNothing
      return CopyElement(*lowest);
    }
  };
};

template <class Less>
struct LowestTransform {
  template <class T>
  auto Expand(const PCollection<T>& in) const {
    if constexpr (!CheckLess<Less, T>()) {
      return Poison{};
    } else {
      return CombineGloballyOf<Lowest<Less>::template Fn, OnEmpty::kNothing>{}.Expand(in);
    }
  }
};

template <class Less>
struct LowestPerKeyTransform {
  template <class T>
  auto ExpandPrimitive(const PCollection<T>& in, const std::string& label) const {
    return CombinePerKeyTransform<Void>{}.ExpandPrimitive(in, label);  // says what is wrong
  }
  template <class K, class V>
  auto ExpandPrimitive(const PCollection<KV<K, V>>& in, const std::string& label) const {
    if constexpr (!CheckLess<Less, V>()) {
      return Poison{};
    } else {
      return CombinePerKeyOf<Lowest<Less>::template Fn>{}.ExpandPrimitive(in, label);
    }
  }
};

}  // namespace internal

template <class Less = internal::NaturalLess>
internal::Labelled<internal::LowestTransform<Less>> Min(std::string label, Less = {}) {
  return {std::move(label), {}};
}
template <class Less = internal::NaturalLess>
internal::Labelled<internal::LowestTransform<internal::Reversed<Less>>> Max(std::string label, Less = {}) {
  return {std::move(label), {}};
}
template <class Less = internal::NaturalLess>
internal::Labelled<internal::LowestPerKeyTransform<Less>> MinPerKey(std::string label, Less = {}) {
  return {std::move(label), {}};
}
template <class Less = internal::NaturalLess>
internal::Labelled<internal::LowestPerKeyTransform<internal::Reversed<Less>>> MaxPerKey(std::string label, Less = {}) {
  return {std::move(label), {}};
}

}  // namespace beam
