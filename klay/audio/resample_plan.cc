#include "klay/audio/resample_plan.h"

#include <algorithm>
#include <numbers>
#include <numeric>

#include "klay/audio/resample_bank.h"

namespace klay::internal {
namespace {

// More stages must save so much: each moves every sample once more.
constexpr double kWorthwhile = 0.8;
// What a product of a SmoothBank costs, against one of a PeriodicBank.
constexpr double kSmoothCost = 10;

// The roundings between stages add up: more than two would show at the precision that is wanted of `precise`.
constexpr int kMostStages = 8;
constexpr int kMostPreciseStages = 2;
// What filters with wide transitions suppress beyond what is asked for, in dB: there are several, all of their
// stop-bands add up, and the formula for the length is not exact for short ones. It costs a tenth.
constexpr double kReserve = 15;

struct Goal {
  double attenuation;
  bool precise;
};

RateRatio Reduced(std::int64_t source, std::int64_t target) {
  const std::int64_t divisor = std::gcd(source, target);
  return {source / divisor, target / divisor};
}

// The length of a Kaiser window for a transition from `pass` to `stop` (J. F. Kaiser, "Nonrecursive digital filter
// design using the I0-sinh window function", 1974). Frequencies are in the ratio's own unit: its source's rate is
// ratio.source.
ResampleStageSpec Stage(const Goal& goal, RateRatio ratio, double pass, double stop) {
  const double nyquist = static_cast<double>(std::min(ratio.source, ratio.target)) / 2;
  FilterSpec spec;
  spec.window = SincWindow::kKaiser;
  spec.rolloff = (pass + stop) / 2 / nyquist;
  spec.beta = 0.1102 * (goal.attenuation - 8.7);
  const double samples = (goal.attenuation - 7.95) / (2 * 2.285 * std::numbers::pi * (stop - pass) / nyquist);
  spec.zero_crossings = samples * spec.rolloff;
  spec.unit_gain = true;
  spec.precise = goal.precise;
  return {spec, ratio};
}

// Products for each sample of the source.
double Cost(const std::vector<ResampleStageSpec>& stages) {
  double cost = 0;
  double rate = 1;
  for (const auto& [filter, ratio] : stages) {
    const SincFilter sinc(filter, ratio);
    rate *= static_cast<double>(ratio.target) / static_cast<double>(ratio.source);
    const double each = IsPeriodic(sinc, ratio) ? 1 : kSmoothCost;
    cost += rate * each * static_cast<double>(sinc.taps());
  }
  return cost;
}

// `pass` is relative to the lower Nyquist frequency of `ratio`.
std::vector<ResampleStageSpec> Plan(const Goal& goal, RateRatio ratio, double pass, int most_stages) {
  const auto source = static_cast<double>(ratio.source);
  const auto target = static_cast<double>(ratio.target);
  const double nyquist = std::min(source, target) / 2;
  std::vector<ResampleStageSpec> best = {Stage(goal, ratio, pass * nyquist, nyquist)};
  double least = kWorthwhile * Cost(best);
  const auto offer = [&](std::vector<ResampleStageSpec> stages) {
    const double cost = Cost(stages);
    if (cost >= least) return;
    least = cost;
    best = std::move(stages);
  };
  if (most_stages < 2) return best;
  const Goal wide = {goal.attenuation + kReserve, goal.precise};
  for (std::int64_t factor = 2; factor * target < source; factor *= 2) {
    std::vector<ResampleStageSpec> stages =
        Plan(goal, Reduced(ratio.source, factor * ratio.target), pass, most_stages - 1);
    // In a unit in which the rate between the stages is 1.
    const double edge = static_cast<double>(factor) * target / source / 2;
    stages.insert(stages.begin(), Stage(wide, {factor, 1}, edge, 1 - edge));
    offer(std::move(stages));
  }
  for (std::int64_t factor = 2; factor * source < target; factor *= 2) {
    std::vector<ResampleStageSpec> stages =
        Plan(goal, Reduced(factor * ratio.source, ratio.target), pass, most_stages - 1);
    const double edge = static_cast<double>(factor) * source / target / 2;
    stages.push_back(Stage(wide, {1, factor}, edge, 1 - edge));
    offer(std::move(stages));
  }
  if (!IsPeriodic(SincFilter(best[0].filter, ratio), ratio)) {
    // The steep filter's frequencies in a unit in which the source's rate is 1, the short one's in the reduced ratio's.
    const double edge = std::min(1.0, target / source) / 2;
    const RateRatio last = Reduced(2 * ratio.source, ratio.target);
    const auto doubled = static_cast<double>(last.source);
    offer({Stage(goal, {1, 2}, pass * edge, edge), Stage(wide, last, edge * doubled / 2, (1 - edge / 2) * doubled)});
  }
  return best;
}

}  // namespace

std::vector<ResampleStageSpec> PlanLowPass(double pass, double attenuation, bool precise, RateRatio ratio) {
  return Plan({attenuation, precise}, ratio, pass, precise ? kMostPreciseStages : kMostStages);
}

}  // namespace klay::internal
