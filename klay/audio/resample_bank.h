// The filter of a rate pair as a table that the kernels of resample_kernel.h read.
//
// PeriodicBank   for ratios of small numbers, which is every pair of customary rates: the values of all phases. The
//                output of one period (ratio.target samples) is made from the input of one period in the same way as
//                that of every other, so several periods are computed side by side, one in each lane of a vector.
// SmoothBank     for all others: the filter sampled so finely that the values between two of its rows follow from four
//                rows by cubic interpolation, to 1e-9 of the largest. Its size does not depend on the rates.
//
// Banks are immutable and shared: FindResampleBank() keeps those last used, up to kMostBankBytesKept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "klay/audio/resample_filter.h"

namespace klay::internal {

inline constexpr std::size_t kMostBankBytesKept = std::size_t{64} << 20;

struct PeriodicBank {
  // A period here is the ratio's, or several of those, so that it is long against the filter.
  std::int64_t period_source = 0;  // input samples
  std::int64_t period_target = 0;  // output samples, a multiple of `phases`

  // Phases are computed in groups of so many: they share the loads of the input. 2 or 4.
  int phases = 0;
  // The input samples that a group reads: `pairs`, then `middle`, then `pairs`. The products of the pairs, which are
  // the first and the last, then the second and the last but one, and so on, are in single precision and are added up
  // in that order; those of the middle in double precision. Without FilterSpec::precise there is no middle.
  std::int64_t pairs = 0;
  std::int64_t middle = 0;

  std::vector<std::int64_t> starts;  // of each group of a period, in input samples after that of the first group
  std::int64_t first_start = 0;      // of the first group, after the period's start: not above zero
  std::int64_t rows = 0;             // input samples that a period reads, from first_start

  // The groups' values, group by group, then tap by tap in the order above, then phase by phase. There are as many
  // groups here as differ; group g of a period has the values of group g % different_groups.
  std::int64_t different_groups = 0;
  std::vector<float> singles;   // of the pairs: 2 * pairs * phases a group
  std::vector<double> doubles;  // of the middle: middle * phases a group
};

struct SmoothBank {
  std::int64_t rows_per_sample = 0;  // rows lie 1/rows_per_sample of an input sample apart
  std::int64_t taps = 0;             // of a row: a multiple of 8
  std::int64_t reach = 0;            // a row begins this many input samples before the one at or before the position
  // Row r is for positions r - 1 rows after an input sample; there are rows_per_sample + 3. The first one begins at
  // values[first], where a line of the cache begins.
  std::int64_t first = 0;
  std::vector<double> values;
};

struct ResampleBank {
  RateRatio ratio;
  SincFilter filter;
  std::variant<PeriodicBank, SmoothBank> table;

  std::size_t Bytes() const;
};

// Whether the bank of the pair is a PeriodicBank.
bool IsPeriodic(const SincFilter& filter, RateRatio ratio);

// Makes the bank, or finds it. Thread-safe: two threads that want the same one wait for one of them to make it.
std::shared_ptr<const ResampleBank> FindResampleBank(const FilterSpec& spec, RateRatio ratio);

}  // namespace klay::internal
