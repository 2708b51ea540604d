// Sum: the sum of all numbers, or of those of each key.
//
//   seconds | Sum("Sum Lengths")            // PCollection<double> -> one double; 0 of nothing
//   pairs   | SumPerKey("Length By Artist") // KV<K, V> -> KV<K, sum>
//
// Integers add up to std::int64_t or std::uint64_t, by their sign; a sum beyond that is an error and never wraps. float
// and double add up to a double that is rounded once (see exact_sum.h), so that it is the same in every run.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "beam/base/error.h"
#include "beam/transforms/combine.h"
#include "beam/transforms/exact_sum.h"

namespace beam {
namespace internal {

// A sum of 64-bit integers that cannot overflow: 128 bits in two halves. Codable.
struct WideSum {
  std::uint64_t low = 0;
  std::int64_t high = 0;

  void Merge(const WideSum& other) {
    low += other.low;
    high += other.high + (low < other.low ? 1 : 0);
  }
  template <std::integral T>
  static WideSum Of(T value) {
    return {static_cast<std::uint64_t>(value), std::is_signed_v<T> && value < T{0} ? -1 : 0};
  }
  // Rounded once where the sum fits into 64 bits.
  double ToDouble() const {
    if (high < 0) return -WideSum{~low + 1, ~high + (low == 0 ? 1 : 0)}.Magnitude();
    return Magnitude();
  }
  double Magnitude() const { return std::ldexp(static_cast<double>(high), 64) + static_cast<double>(low); }
};

// What sums are added up in, by the type of the numbers.
template <class T>
struct SumAccumulator {
  using Type = std::conditional_t<std::is_floating_point_v<T>, ExactSum, WideSum>;
  static void Add(Type& sum, T value) {
    if constexpr (std::is_floating_point_v<T>) {
      sum.Add(value);
    } else {
      sum.Merge(WideSum::Of(value));
    }
  }
};

template <class T>
struct SumFn {
  static constexpr bool kAddsNumbers = true;
  using Accumulator = typename SumAccumulator<T>::Type;
  using Result = std::conditional_t<std::is_floating_point_v<T>, double,
                                    std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;

  Accumulator CreateAccumulator() const { return {}; }
  void AddInput(Accumulator& sum, const T& value) const { SumAccumulator<T>::Add(sum, value); }
  void MergeAccumulators(Accumulator& into, const Accumulator& other) const { into.Merge(other); }
  Result ExtractOutput(const Accumulator& sum) const {
    if constexpr (std::is_floating_point_v<T>) {
      return sum.Round();
    } else {
      const auto result = static_cast<Result>(sum.low);
      if (sum.high != WideSum::Of(result).high) {
        throw Error("the sum of these integers does not fit into 64 bits: convert them to double first");
      }
      return result;
    }
  }
};

}  // namespace internal

inline internal::Labelled<internal::CombineGloballyOf<internal::SumFn, OnEmpty::kDefault>> Sum(std::string label) {
  return {std::move(label), {}};
}
inline internal::Labelled<internal::CombinePerKeyOf<internal::SumFn>> SumPerKey(std::string label) {
  return {std::move(label), {}};
}

}  // namespace beam
