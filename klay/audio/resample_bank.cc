#include "klay/audio/resample_bank.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <list>
#include <mutex>
#include <numbers>
#include <numeric>
#include <optional>

namespace klay::internal {
namespace {

// Beyond these a periodic bank, or the input it wants at once, would be large.
constexpr std::int64_t kMostPeriodSource = 8192;
constexpr std::int64_t kMostPeriodicValues = std::int64_t{1} << 21;

// Rows of a SmoothBank to a zero crossing: the error of cubic interpolation between them is below 2^-31.
constexpr double kRowsPerCrossing = 256;

// Of a line of the cache.
constexpr std::size_t kDoublesALine = 64 / sizeof(double);

// The middle reaches so far to each side that values beyond it are not above those of a sinc so many input samples from
// its middle, or so many times the factor by which the rate falls: so small that the roundings of single precision stay
// below -165 dB.
constexpr double kMiddleReach = 24;
constexpr double kMiddleReachOfFactor = 18;

// How periods and groups are laid out, or nothing where the bank would be too large.
struct Layout {
  std::int64_t phases;     // to a group
  std::int64_t different;  // phases in different groups: whole groups, and whole periods of the ratio
  std::int64_t repeats;    // of those in a period of the bank
};

std::optional<Layout> LayOut(const SincFilter& filter, RateRatio ratio) {
  const std::int64_t taps = filter.taps();
  // Where neighbouring periods overlap much, each sample would be rearranged many times.
  const std::int64_t least_source = taps <= 96 ? 4 * taps : taps / 2;
  for (const std::int64_t phases : {4, 2}) {
    const std::int64_t different = std::lcm(ratio.target, phases);
    const std::int64_t source = different / ratio.target * ratio.source;
    assert(source > 0);
    const std::int64_t repeats = std::max<std::int64_t>(1, (least_source + source - 1) / source);
    if (repeats * source <= kMostPeriodSource && different <= kMostPeriodicValues / taps) {
      return Layout{phases, different, repeats};
    }
  }
  return std::nullopt;
}

PeriodicBank MakePeriodicBank(const FilterSpec& spec, const SincFilter& filter, RateRatio ratio, const Layout& layout) {
  PeriodicBank bank;
  const std::int64_t phases = layout.phases;
  bank.phases = static_cast<int>(phases);
  bank.period_source = layout.repeats * layout.different / ratio.target * ratio.source;
  bank.period_target = layout.repeats * layout.different;
  bank.different_groups = layout.different / phases;

  const auto start_of = [&](std::int64_t phase) {
    return phase / ratio.target * ratio.source + filter.FirstTap(filter.Position(phase % ratio.target));
  };
  std::int64_t reads = 0;
  bank.first_start = start_of(0);
  for (std::int64_t phase = 0; phase < bank.period_target; phase += phases) {
    bank.starts.push_back(start_of(phase) - bank.first_start);
    reads = std::max(reads, start_of(phase + phases - 1) + filter.taps() - start_of(phase));
  }
  reads += reads % 2;
  bank.rows = std::max(bank.starts.back() + reads, bank.period_source);

  bank.pairs = reads / 2;
  if (spec.precise) {
    const double factor = static_cast<double>(ratio.source) / static_cast<double>(ratio.target);
    double half = std::max(kMiddleReach, kMiddleReachOfFactor * factor);
    const double most = 1 / (std::numbers::pi * half);
    while (half > 2 && filter.Envelope(half - 1) <= most) half -= 1;
    bank.pairs = std::max<std::int64_t>(static_cast<std::int64_t>(filter.reach() - half), 0);
    bank.middle = reads - 2 * bank.pairs;
  }

  bank.singles.resize(static_cast<std::size_t>(layout.different * 2 * bank.pairs));
  bank.doubles.resize(static_cast<std::size_t>(layout.different * bank.middle));
  std::vector<double> values(static_cast<std::size_t>(filter.taps()));
  for (std::int64_t group = 0; group < bank.different_groups; ++group) {
    float* singles = bank.singles.data() + group * phases * 2 * bank.pairs;
    double* doubles = bank.doubles.data() + group * phases * bank.middle;
    for (std::int64_t i = 0; i < phases; ++i) {
      const std::int64_t phase = group * phases + i;
      const double position = filter.Position(phase % ratio.target);
      filter.Fill(position, filter.FirstTap(position), values);
      const std::int64_t shift = start_of(phase) - start_of(group * phases);
      for (std::int64_t k = 0; k < filter.taps(); ++k) {
        const std::int64_t tap = shift + k;
        const double value = values[static_cast<std::size_t>(k)];
        if (tap < bank.pairs) {
          singles[2 * tap * phases + i] = static_cast<float>(value);
        } else if (tap >= reads - bank.pairs) {
          singles[(2 * (reads - 1 - tap) + 1) * phases + i] = static_cast<float>(value);
        } else {
          doubles[(tap - bank.pairs) * phases + i] = value;
        }
      }
    }
  }
  return bank;
}

SmoothBank MakeSmoothBank(const FilterSpec& spec, const SincFilter& filter) {
  SmoothBank bank;
  bank.rows_per_sample = static_cast<std::int64_t>(std::ceil(kRowsPerCrossing * spec.zero_crossings / filter.reach()));
  bank.reach = static_cast<std::int64_t>(std::ceil(filter.reach()));
  bank.taps = (2 * bank.reach + 2 + 7) / 8 * 8;
  const std::int64_t rows = bank.rows_per_sample + 3;
  const auto taps = static_cast<std::size_t>(bank.taps);
  bank.values.resize(static_cast<std::size_t>(rows) * taps + kDoublesALine);
  const auto place = reinterpret_cast<std::uintptr_t>(bank.values.data()) / sizeof(double);
  bank.first = static_cast<std::int64_t>((kDoublesALine - place % kDoublesALine) % kDoublesALine);
  const std::span<double> values = std::span(bank.values).subspan(static_cast<std::size_t>(bank.first));
  for (std::int64_t row = 0; row < rows; ++row) {
    const double position = static_cast<double>(row - 1) / static_cast<double>(bank.rows_per_sample);
    filter.Fill(position, -bank.reach, values.subspan(static_cast<std::size_t>(row) * taps, taps));
  }
  return bank;
}

std::shared_ptr<const ResampleBank> MakeBank(const FilterSpec& spec, RateRatio ratio) {
  const SincFilter filter(spec, ratio);
  if (const std::optional<Layout> layout = LayOut(filter, ratio)) {
    return std::make_shared<const ResampleBank>(
        ResampleBank{ratio, filter, MakePeriodicBank(spec, filter, ratio, *layout)});
  }
  // So many phases in 32 bits would be off by more than rounding: here torchaudio's definition is not followed.
  FilterSpec exact = spec;
  exact.float_phases = false;
  const SincFilter exact_filter(exact, ratio);
  return std::make_shared<const ResampleBank>(ResampleBank{ratio, exact_filter, MakeSmoothBank(exact, exact_filter)});
}

struct Entry {
  FilterSpec spec;
  RateRatio ratio;
  std::once_flag made;
  std::shared_ptr<const ResampleBank> bank;  // written once, within `made`
  std::size_t bytes = 0;                     // guarded by the cache's mutex; 0 until it is known
};

// The banks, those used last in front.
class Cache {
 public:
  std::shared_ptr<const ResampleBank> Find(const FilterSpec& spec, RateRatio ratio) {
    const std::shared_ptr<Entry> entry = Use(spec, ratio);
    std::call_once(entry->made, [&] { entry->bank = MakeBank(spec, ratio); });
    Account(*entry);
    return entry->bank;
  }

 private:
  std::shared_ptr<Entry> Use(const FilterSpec& spec, RateRatio ratio) {
    const std::lock_guard lock(mutex_);
    for (auto it = entries_.begin(); it != entries_.end(); ++it) {
      if ((*it)->spec == spec && (*it)->ratio == ratio) {
        entries_.splice(entries_.begin(), entries_, it);
        return entries_.front();
      }
    }
    entries_.push_front(std::make_shared<Entry>());
    entries_.front()->spec = spec;
    entries_.front()->ratio = ratio;
    return entries_.front();
  }

  void Account(Entry& entry) {
    const std::lock_guard lock(mutex_);
    if (entry.bytes == 0) entry.bytes = entry.bank->Bytes();
    std::size_t bytes = 0;
    for (auto it = entries_.begin(); it != entries_.end();) {
      bytes += (*it)->bytes;
      it = bytes > kMostBankBytesKept && it != entries_.begin() ? entries_.erase(it) : std::next(it);
    }
  }

  std::mutex mutex_;
  std::list<std::shared_ptr<Entry>> entries_;
};

}  // namespace

std::size_t ResampleBank::Bytes() const {
  const auto size = [](const auto& vector) { return vector.size() * sizeof(vector[0]); };
  if (const auto* periodic = std::get_if<PeriodicBank>(&table)) {
    return sizeof *this + size(periodic->starts) + size(periodic->singles) + size(periodic->doubles);
  }
  return sizeof *this + size(std::get<SmoothBank>(table).values);
}

bool IsPeriodic(const SincFilter& filter, RateRatio ratio) { return LayOut(filter, ratio).has_value(); }

std::shared_ptr<const ResampleBank> FindResampleBank(const FilterSpec& spec, RateRatio ratio) {
  static Cache cache;
  return cache.Find(spec, ratio);
}

}  // namespace klay::internal
