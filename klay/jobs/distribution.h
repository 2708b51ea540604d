// Distribution: how numbers are distributed. Their count, smallest, largest and mean are exact; quantiles come from a
// histogram of fixed bins. So everything can be merged in any order and grouping with one result, in memory that does
// not grow with how many numbers there are. Codable, as an accumulator is.
//
// A Scale is where bins begin: BinOf(value) and BeginOf(bin). Edges are decimal numbers, each as the double nearest to
// it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>

#include "beam/transforms/exact_sum.h"

namespace klay {

// Bins of 0.1: levels in dB, loudness in LUFS.
struct DecibelScale {
  static std::int32_t BinOf(double value);
  static double BeginOf(std::int32_t bin) { return bin / 10.0; }
};

// Bins of three significant digits, 59.9 to 60.0 or 1230 to 1240; all below a microsecond is one bin. For lengths in
// seconds, and none is negative.
struct SecondsScale {
  static std::int32_t BinOf(double value);
  static double BeginOf(std::int32_t bin);
};

template <class Scale>
struct Distribution {
  std::int64_t count = 0;
  double smallest = std::numeric_limits<double>::infinity();
  double largest = -std::numeric_limits<double>::infinity();
  beam::internal::ExactSum sum;
  std::map<std::int32_t, std::int64_t> bins;  // how many lie in each; none is 0

  // `value` is finite.
  void Add(double value) {
    ++count;
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
    sum.Add(value);
    ++bins[Scale::BinOf(value)];
  }

  void Merge(const Distribution& other) {
    count += other.count;
    smallest = std::min(smallest, other.smallest);
    largest = std::max(largest, other.largest);
    sum.Merge(other.sum);
    for (const auto& [bin, n] : other.bins) bins[bin] += n;
  }

  // NaN of nothing, as Quantile().
  double Mean() const { return sum.Round() / static_cast<double>(count); }

  // The value that a part `p` (above 0, at most 1) of all does not exceed, cut down to the beginning of its bin (or to
  // the smallest value, if that is larger): 0.5 is the median.
  double Quantile(double p) const {
    const auto rank = static_cast<std::int64_t>(std::ceil(p * static_cast<double>(count)));
    std::int64_t seen = 0;
    for (const auto& [bin, n] : bins) {
      seen += n;
      if (seen >= rank) return std::max(Scale::BeginOf(bin), smallest);
    }
    return std::numeric_limits<double>::quiet_NaN();
  }

  // How many lie in [begin, end), both of which are edges of bins.
  std::int64_t CountWithin(double begin, double end) const {
    std::int64_t n = 0;
    for (auto bin = bins.lower_bound(Scale::BinOf(begin)); bin != bins.end() && Scale::BeginOf(bin->first) < end;
         ++bin) {
      n += bin->second;
    }
    return n;
  }
};

}  // namespace klay
