#include "klay/audio/resample_plan.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "klay/audio/resample_bank.h"

namespace klay::internal {
namespace {

struct Case {
  RateRatio ratio;
  std::vector<RateRatio> stages;
};

std::vector<RateRatio> Ratios(const std::vector<ResampleStageSpec>& stages) {
  std::vector<RateRatio> ratios;
  for (const ResampleStageSpec& stage : stages) ratios.push_back(stage.ratio);
  return ratios;
}

// The steep filter works at the lowest rate.
TEST(ResamplePlan, StagesOfCustomaryRates) {
  for (const Case& c : {
           Case{{1, 1}, {{1, 1}}},
           Case{{147, 160}, {{147, 160}}},
           Case{{2, 1}, {{2, 1}}},
           Case{{441, 160}, {{2, 1}, {441, 320}}},
           Case{{3, 1}, {{2, 1}, {3, 2}}},
           Case{{1, 3}, {{2, 3}, {1, 2}}},
           Case{{480, 441}, {{480, 441}}},
           Case{{48000, 44101}, {{1, 2}, {96000, 44101}}},
       }) {
    EXPECT_EQ(Ratios(PlanLowPass(0.913, 135, false, c.ratio)), c.stages) << c.ratio.source << ":" << c.ratio.target;
  }
}

TEST(ResamplePlan, StagesMultiplyToTheRatio) {
  for (const RateRatio ratio : {RateRatio{1024, 1},
                                {1, 1024},
                                {96000, 44101},
                                {2147483647, 2147483646},
                                {2147483646, 2147483647},
                                {48, 1},
                                {1, 48},
                                {1000003, 1000}}) {
    for (const bool precise : {false, true}) {
      RateRatio product;
      const std::vector<ResampleStageSpec> stages = PlanLowPass(0.913, 150, precise, ratio);
      for (const auto& [filter, stage] : stages) {
        EXPECT_EQ(filter.precise, precise);
        product = {product.source * stage.source, product.target * stage.target};
        const std::int64_t divisor = std::gcd(product.source, product.target);
        product = {product.source / divisor, product.target / divisor};
      }
      EXPECT_EQ(product, ratio) << ratio.source << ":" << ratio.target;
      // Only the last stage may be without a period.
      for (std::size_t i = 0; i + 1 < stages.size(); ++i) {
        EXPECT_TRUE(IsPeriodic(SincFilter(stages[i].filter, stages[i].ratio), stages[i].ratio));
      }
      if (precise) {
        EXPECT_LE(stages.size(), 2U);
      }
    }
  }
}

}  // namespace
}  // namespace klay::internal
