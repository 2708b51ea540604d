#include "klay/jobs/distribution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace klay {
namespace {

TEST(DistributionTest, BinsBeginAtDecimalNumbers) {
  struct Case {
    double value;
    double begin;
  };
  for (const Case& c :
       {Case{0, 0}, Case{9e-7, 0}, Case{1e-6, 1e-6}, Case{1.0 / 44100, 22.6e-6}, Case{0.1, 0.1}, Case{2.3, 2.3},
        Case{9.999, 9.99}, Case{10, 10}, Case{59.999, 59.9}, Case{60, 60}, Case{3600, 3600}, Case{36004, 36000}}) {
    EXPECT_EQ(SecondsScale::BeginOf(SecondsScale::BinOf(c.value)), c.begin) << c.value;
  }
  for (const Case& c : {Case{-23, -23}, Case{-23.01, -23.1}, Case{-0.05, -0.1}, Case{0, 0}, Case{0.3, 0.3},
                        Case{std::nextafter(0.3, 0), 0.2}, Case{-758.6, -758.6}, Case{770.05, 770}}) {
    EXPECT_EQ(DecibelScale::BeginOf(DecibelScale::BinOf(c.value)), c.begin) << c.value;
  }
}

TEST(DistributionTest, EveryBinBeginsWhereItsBeginLies) {
  for (std::int32_t bin = 0; bin < 900 * 13; ++bin) {
    ASSERT_EQ(SecondsScale::BinOf(SecondsScale::BeginOf(bin)), bin);
    ASSERT_LT(SecondsScale::BeginOf(bin), SecondsScale::BeginOf(bin + 1)) << bin;
  }
  for (std::int32_t bin = -9000; bin < 8000; ++bin) ASSERT_EQ(DecibelScale::BinOf(DecibelScale::BeginOf(bin)), bin);
}

TEST(DistributionTest, QuantilesMeanAndExtremes) {
  Distribution<SecondsScale> lengths;
  for (const double seconds : {4.5, 2.0, 5.0049, 3.5}) lengths.Add(seconds);
  EXPECT_EQ(lengths.count, 4);
  EXPECT_EQ(lengths.smallest, 2.0);
  EXPECT_EQ(lengths.largest, 5.0049);
  EXPECT_DOUBLE_EQ(lengths.Mean(), 15.0049 / 4);
  struct Case {
    double part;
    double value;
  };
  for (const Case& c : {Case{0.05, 2.0}, Case{0.25, 2.0}, Case{0.26, 3.5}, Case{0.5, 3.5}, Case{0.75, 4.5},
                        Case{0.76, 5.0}, Case{1, 5.0}}) {
    EXPECT_EQ(lengths.Quantile(c.part), c.value) << c.part;
  }
  EXPECT_EQ(lengths.CountWithin(2, 4.5), 2);
  EXPECT_EQ(lengths.CountWithin(0, 2), 0);
  EXPECT_EQ(lengths.CountWithin(4.5, HUGE_VAL), 2);

  Distribution<DecibelScale> one;
  one.Add(-23.04);
  EXPECT_EQ(one.Quantile(0.5), -23.04);  // not below the smallest
  const Distribution<DecibelScale> nothing;
  EXPECT_TRUE(std::isnan(nothing.Mean()));
  EXPECT_TRUE(std::isnan(nothing.Quantile(0.5)));
}

// Values whose sum depends on the order if it is added up in doubles.
TEST(DistributionTest, MergingGivesTheSameInAnyOrder) {
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(std::fmod(i * 0.7310585786, 1.0) * std::pow(10, i % 7));
  Distribution<SecondsScale> forwards;
  for (const double value : values) forwards.Add(value);
  for (const std::size_t parts : {2U, 7U, 1000U}) {
    std::vector<Distribution<SecondsScale>> split(parts);
    for (std::size_t i = 0; i < values.size(); ++i) split[i * 7919 % parts].Add(values[i]);
    Distribution<SecondsScale> merged;
    for (auto part = split.rbegin(); part != split.rend(); ++part) merged.Merge(*part);
    EXPECT_EQ(merged.count, forwards.count);
    EXPECT_EQ(merged.smallest, forwards.smallest);
    EXPECT_EQ(merged.largest, forwards.largest);
    EXPECT_EQ(merged.Mean(), forwards.Mean());
    EXPECT_EQ(merged.bins, forwards.bins);
  }
}

}  // namespace
}  // namespace klay
