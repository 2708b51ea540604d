#include "klay/audio/resample_kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "klay/audio/sample_memory.h"

namespace klay::internal {
namespace {

std::vector<float> Noise(std::int64_t samples) {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> level(-1, 1);
  std::vector<float> noise(static_cast<std::size_t>(samples));
  for (float& sample : noise) sample = level(random);
  return noise;
}

FilterSpec Hann() { return {.zero_crossings = 6, .rolloff = 0.99, .float_phases = true}; }
FilterSpec Kaiser(bool precise) { return {SincWindow::kKaiser, 120, 0.95, 17, true, false, precise}; }

const RateRatio kSmallRatios[] = {{441, 160}, {147, 160}, {160, 147}, {3, 1},     {1, 3},
                                  {2, 1},     {1, 48},    {48, 1},    {2560, 147}};

// The output of a periodic bank by the filter itself, in double precision.
class Expected {
 public:
  explicit Expected(const ResampleBank& bank)
      : bank_(bank), first_start_(std::get<PeriodicBank>(bank.table).first_start) {
    for (std::int64_t phase = 0; phase < bank.ratio.target; ++phase) {
      const double position = bank.filter.Position(phase);
      firsts_.push_back(bank.filter.FirstTap(position));
      values_.emplace_back(static_cast<std::size_t>(bank.filter.taps()));
      bank.filter.Fill(position, firsts_.back(), values_.back());
    }
  }

  double Sample(std::size_t index, const std::vector<float>& input) const {
    const auto phases = static_cast<std::size_t>(bank_.ratio.target);
    const auto period = static_cast<std::int64_t>(index / phases) * bank_.ratio.source;
    const float* x = input.data() + period + firsts_[index % phases] - first_start_;
    double sum = 0;
    for (const double value : values_[index % phases]) sum += value * static_cast<double>(*x++);
    return sum;
  }

 private:
  const ResampleBank& bank_;
  std::int64_t first_start_;
  std::vector<std::int64_t> firsts_;
  std::vector<std::vector<double>> values_;
};

TEST(ResampleKernel, EveryVariantComputesTheFilter) {
  for (const FilterSpec& spec : {Hann(), Kaiser(false), Kaiser(true)}) {
    for (const RateRatio ratio : kSmallRatios) {
      const auto bank = FindResampleBank(spec, ratio);
      ASSERT_TRUE(std::holds_alternative<PeriodicBank>(bank->table)) << ratio.source << ":" << ratio.target;
      const auto& table = std::get<PeriodicBank>(bank->table);
      const Expected expected(*bank);
      for (const ResampleKernel* kernel : ResampleKernels()) {
        for (const int periods : {1, kernel->lanes - 1, kernel->lanes}) {
          const std::vector<float> input = Noise((periods - 1) * table.period_source + table.rows + kResampleSlack);
          const SampleMemory scratch = AllocateSamples(static_cast<std::size_t>(kernel->ScratchFloats(table)));
          std::vector<float> output(static_cast<std::size_t>(periods * table.period_target + 8), 7.F);
          kernel->periodic(table, input.data(), periods, scratch.get(), output.data());
          const auto frames = static_cast<std::size_t>(periods * table.period_target);
          double most = 0;
          for (std::size_t i = 0; i < frames; ++i) {
            most = std::max(most, std::abs(expected.Sample(i, input) - static_cast<double>(output[i])));
          }
          EXPECT_LT(most, spec.precise ? 1.5e-7 : 5e-7)
              << kernel->name << ", " << ratio.source << ":" << ratio.target << ", " << periods << " periods";
          for (std::size_t i = frames; i < output.size(); ++i) ASSERT_EQ(output[i], 7.F) << "behind the end";
        }
      }
    }
  }
}

TEST(ResampleKernel, VariantsWithFusedMultiplyAddGiveTheSameBits) {
  for (const FilterSpec& spec : {Hann(), Kaiser(true)}) {
    for (const RateRatio ratio : kSmallRatios) {
      const auto bank = FindResampleBank(spec, ratio);
      const auto& table = std::get<PeriodicBank>(bank->table);
      const std::vector<float> input = Noise(7 * table.period_source + table.rows + kResampleSlack);
      std::vector<float> first;
      for (const ResampleKernel* kernel : ResampleKernels()) {
        if (std::string(kernel->name) == "portable") continue;
        const SampleMemory scratch = AllocateSamples(static_cast<std::size_t>(kernel->ScratchFloats(table)));
        std::vector<float> output(static_cast<std::size_t>(8 * table.period_target));
        kernel->periodic(table, input.data(), 8, scratch.get(), output.data());
        if (first.empty()) first = output;
        EXPECT_EQ(output, first) << kernel->name;
      }
    }
  }
}

TEST(ResampleKernel, SmoothTablesFollowTheFilter) {
  for (const FilterSpec& spec : {Hann(), Kaiser(true)}) {
    for (const RateRatio ratio : {RateRatio{48000, 44101}, {44101, 48000}, {96001, 8000}, {8000, 96001}}) {
      const auto bank = FindResampleBank(spec, ratio);
      const auto& table = std::get<SmoothBank>(bank->table);
      const std::vector<float> input = Noise(table.taps);
      std::vector<double> values(input.size());
      constexpr std::int64_t kParts = std::int64_t{1} << 40;
      for (const double part : {0.0, 1e-9, 0.1234, 0.5, 0.77, 1 - 1e-12}) {
        const auto rest = static_cast<std::int64_t>(part * kParts);
        const double fraction = static_cast<double>(rest) / kParts;
        bank->filter.Fill(fraction, -table.reach, values);
        double expected = 0;
        for (std::size_t i = 0; i < values.size(); ++i) expected += values[i] * static_cast<double>(input[i]);
        for (const ResampleKernel* kernel : ResampleKernels()) {
          float output = 0;
          kernel->smooth(table, {1, kParts}, rest, 1, input.data(), &output);
          EXPECT_NEAR(output, expected, 8e-8) << kernel->name << " at " << fraction;
        }
      }
    }
  }
}

}  // namespace
}  // namespace klay::internal
