// Mean: the arithmetic mean of all numbers, or of those of each key, as a double. NaN of nothing.
//
//   seconds | Mean("Mean Length")           // PCollection<number> -> one double
//   pairs   | MeanPerKey("Mean By Artist")  // KV<K, number> -> KV<K, double>
//
// The sum behind it is exact (see sum.h), so that the mean is the same in every run.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "beam/transforms/combine.h"
#include "beam/transforms/sum.h"

namespace beam {
namespace internal {

template <class Sum>
struct MeanAccumulator {
  Sum sum;
  std::int64_t count = 0;
};

template <class T>
struct MeanFn {
  static constexpr bool kAddsNumbers = true;
  using Accumulator = MeanAccumulator<typename SumAccumulator<T>::Type>;

  Accumulator CreateAccumulator() const { return {}; }
  void AddInput(Accumulator& mean, const T& value) const {
    SumAccumulator<T>::Add(mean.sum, value);
    ++mean.count;
  }
  void MergeAccumulators(Accumulator& into, const Accumulator& other) const {
    into.sum.Merge(other.sum);
    into.count += other.count;
  }
  double ExtractOutput(const Accumulator& mean) const {
    if (mean.count == 0) return std::numeric_limits<double>::quiet_NaN();
    const auto count = static_cast<double>(mean.count);
    if constexpr (std::is_floating_point_v<T>) {
      const double sum = mean.sum.Round();
      // A sum may be too large for a double where the mean is not. 2^64 is more than any count.
      if (std::isinf(sum)) return std::ldexp(mean.sum.Round(64) / count, 64);
      return sum / count;
    } else {
      return mean.sum.ToDouble() / count;
    }
  }
};

}  // namespace internal

inline internal::Labelled<internal::CombineGloballyOf<internal::MeanFn, OnEmpty::kDefault>> Mean(std::string label) {
  return {std::move(label), {}};
}
inline internal::Labelled<internal::CombinePerKeyOf<internal::MeanFn>> MeanPerKey(std::string label) {
  return {std::move(label), {}};
}

}  // namespace beam
