// Top: the n elements that rank highest, or the n values of each key, as one std::vector with the highest first.
//
//   seconds | Largest("Longest Three", 3)                // PCollection<T> -> one std::vector<T>, empty of nothing
//   seconds | Smallest("Shortest Three", 3)
//   files   | Top("Newest", 10, [](const File& a, const File& b) { return a.time < b.time; })
//   pairs   | LargestPerKey("Longest By Artist", 3)      // KV<K, V> -> KV<K, std::vector<V>>
//
// Elements that the comparison calls equal are told apart by their encoding, so that the choice is the same in every
// run. NaN is above all numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/transforms/combine.h"
#include "beam/transforms/rank.h"

namespace beam {
namespace internal {

// The accumulator is a heap of at most n values with the lowest of them in front.
template <class Less>
struct Highest {
  template <class T>
  struct Fn {
    static constexpr bool kAddsNumbers = false;
    std::int64_t n = 0;

    std::vector<T> CreateAccumulator() const { return {}; }
    void AddInput(std::vector<T>& kept, const T& value) const {
      if (kept.size() == static_cast<std::size_t>(n)) {
        if (n == 0 || !RanksBelow<T, Less>(kept.front(), value)) return;
        std::pop_heap(kept.begin(), kept.end(), &RanksAbove);
        kept.pop_back();
      }
      kept.push_back(CopyElement(value));
      std::push_heap(kept.begin(), kept.end(), &RanksAbove);
    }
    void MergeAccumulators(std::vector<T>& into, const std::vector<T>& other) const {
      for (const T& value : other) AddInput(into, value);
    }
    std::vector<T> ExtractOutput(const std::vector<T>& kept) const {
      std::vector<T> sorted = CopyElement(kept);
      std::sort(sorted.begin(), sorted.end(), &RanksAbove);
      return sorted;
    }

    static bool RanksAbove(const T& a, const T& b) { return RanksBelow<T, Less>(b, a); }
  };
};

template <class Less>
struct TopTransform {
  std::int64_t n;

  template <class T>
  auto Expand(const PCollection<T>& in) const {
    if constexpr (!CheckLess<Less, T>()) {
      return Poison{};
    } else {
      return CombineGloballyOf<Highest<Less>::template Fn, OnEmpty::kDefault, std::int64_t>{{n}}.Expand(in);
    }
  }
};

template <class Less>
struct TopPerKeyTransform {
  std::int64_t n;

  template <class T>
  auto ExpandPrimitive(const PCollection<T>& in, const std::string& label) const {
    return CombinePerKeyTransform<Void>{}.ExpandPrimitive(in, label);  // says what is wrong
  }
  template <class K, class V>
  auto ExpandPrimitive(const PCollection<KV<K, V>>& in, const std::string& label) const {
    if constexpr (!CheckLess<Less, V>()) {
      return Poison{};
    } else {
      return CombinePerKeyOf<Highest<Less>::template Fn, std::int64_t>{{n}}.ExpandPrimitive(in, label);
    }
  }
};

inline std::int64_t CheckTopSize(const std::string& label, std::int64_t n) {
  if (n < 0)
    throw UsageError("step '" + label + "' is to give " + std::to_string(n) + " elements: it must be at least 0");
  return n;
}

}  // namespace internal

template <class Less>
internal::Labelled<internal::TopTransform<Less>> Top(std::string label, std::int64_t n, Less) {
  const std::int64_t size = internal::CheckTopSize(label, n);
  return {std::move(label), {size}};
}
template <class Less>
internal::Labelled<internal::TopPerKeyTransform<Less>> TopPerKey(std::string label, std::int64_t n, Less) {
  const std::int64_t size = internal::CheckTopSize(label, n);
  return {std::move(label), {size}};
}

inline auto Largest(std::string label, std::int64_t n) { return Top(std::move(label), n, internal::NaturalLess{}); }
inline auto Smallest(std::string label, std::int64_t n) {
  return Top(std::move(label), n, internal::Reversed<internal::NaturalLess>{});
}
inline auto LargestPerKey(std::string label, std::int64_t n) {
  return TopPerKey(std::move(label), n, internal::NaturalLess{});
}
inline auto SmallestPerKey(std::string label, std::int64_t n) {
  return TopPerKey(std::move(label), n, internal::Reversed<internal::NaturalLess>{});
}

}  // namespace beam
