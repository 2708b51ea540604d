// The loops of a ResampleKernel. Included once by each file that compiles them for an instruction set, after it has
// defined, in its own unnamed namespace within klay::internal,
//   KLAY_TARGET  the attribute that lets the compiler use the instruction set in a function
//   Simd         vectors of kSingles floats (Single) and kDoubles doubles (Double), and what can be done with them
// No lambdas and no library functions here: they would be compiled without the attribute.

// Every row of rearranged input, and of output, holds one sample of each lane.
inline constexpr int kLanes = 2 * Simd::kSingles;

// The products in single precision, two at a time from both ends of the filter to its middle: so the sums stay as small
// as they can for as long as they can, and their roundings too.
template <int kPhases>
KLAY_TARGET inline void SumSingle(const PeriodicBank& bank, const float* x, const float* values, float* y) {
  Simd::Single sums[kPhases][2];
  for (int phase = 0; phase < kPhases; ++phase) sums[phase][0] = sums[phase][1] = Simd::ZeroSingle();
  const float* left = x;
  const float* right = x + (2 * bank.pairs + bank.middle - 1) * kLanes;
  for (std::int64_t pair = 0; pair < bank.pairs; ++pair) {
    const Simd::Single left_low = Simd::Load(left);
    const Simd::Single left_high = Simd::Load(left + Simd::kSingles);
    for (int phase = 0; phase < kPhases; ++phase) {
      const Simd::Single value = Simd::Broadcast(values[phase]);
      sums[phase][0] = Simd::MultiplyAdd(left_low, value, sums[phase][0]);
      sums[phase][1] = Simd::MultiplyAdd(left_high, value, sums[phase][1]);
    }
    const Simd::Single right_low = Simd::Load(right);
    const Simd::Single right_high = Simd::Load(right + Simd::kSingles);
    for (int phase = 0; phase < kPhases; ++phase) {
      const Simd::Single value = Simd::Broadcast(values[kPhases + phase]);
      sums[phase][0] = Simd::MultiplyAdd(right_low, value, sums[phase][0]);
      sums[phase][1] = Simd::MultiplyAdd(right_high, value, sums[phase][1]);
    }
    left += kLanes;
    right -= kLanes;
    values += 2 * kPhases;
  }
  for (int phase = 0; phase < kPhases; ++phase) {
    Simd::Store(y + phase * kLanes, sums[phase][0]);
    Simd::Store(y + phase * kLanes + Simd::kSingles, sums[phase][1]);
  }
}

// Adds the products of the middle in double precision to what SumSingle() wrote; for half of the lanes at a time,
// because there are not registers enough for all.
template <int kPhases>
KLAY_TARGET inline void AddDouble(const PeriodicBank& bank, const float* x, const double* values, float* y) {
  for (int half = 0; half < kLanes; half += 2 * Simd::kDoubles) {
    Simd::Double sums[kPhases][2];
    for (int phase = 0; phase < kPhases; ++phase) {
      sums[phase][0] = Simd::Widen(y + phase * kLanes + half);
      sums[phase][1] = Simd::Widen(y + phase * kLanes + half + Simd::kDoubles);
    }
    const float* row = x + bank.pairs * kLanes + half;
    const double* value_of = values;
    for (std::int64_t tap = 0; tap < bank.middle; ++tap) {
      const Simd::Double low = Simd::Widen(row);
      const Simd::Double high = Simd::Widen(row + Simd::kDoubles);
      for (int phase = 0; phase < kPhases; ++phase) {
        const Simd::Double value = Simd::Broadcast(value_of[phase]);
        sums[phase][0] = Simd::MultiplyAdd(low, value, sums[phase][0]);
        sums[phase][1] = Simd::MultiplyAdd(high, value, sums[phase][1]);
      }
      row += kLanes;
      value_of += kPhases;
    }
    for (int phase = 0; phase < kPhases; ++phase) {
      Simd::Narrow(y + phase * kLanes + half, sums[phase][0]);
      Simd::Narrow(y + phase * kLanes + half + Simd::kDoubles, sums[phase][1]);
    }
  }
}

template <int kPhases>
KLAY_TARGET void Groups(const PeriodicBank& bank, const float* x, float* y) {
  const std::int64_t singles = 2 * bank.pairs * kPhases;
  const std::int64_t doubles = bank.middle * kPhases;
  const std::int64_t groups = bank.period_target / kPhases;
  std::int64_t same = 0;  // group % different_groups
  for (std::int64_t group = 0; group < groups; ++group) {
    const float* from = x + bank.starts.data()[group] * kLanes;
    SumSingle<kPhases>(bank, from, bank.singles.data() + same * singles, y);
    if (bank.middle > 0) AddDouble<kPhases>(bank, from, bank.doubles.data() + same * doubles, y);
    y += kPhases * kLanes;
    if (++same == bank.different_groups) same = 0;
  }
}

// NOLINTNEXTLINE(misc-definitions-in-headers): each kernel includes this once, in a namespace of its own
KLAY_TARGET void Periodic(const PeriodicBank& bank, const float* input, int periods, float* scratch, float* output) {
  // Rows of the input, eight lanes and eight rows at a time. Lanes without a period repeat the last one.
  const std::int64_t rows = (bank.rows + 7) / 8 * 8;
  for (int lane = 0; lane < kLanes; lane += 8) {
    const float* from[8];
    for (int i = 0; i < 8; ++i) {
      const int period = lane + i < periods ? lane + i : periods - 1;
      from[i] = input + period * bank.period_source;
    }
    for (std::int64_t row = 0; row < rows; row += 8) {
      Simd::Transpose(from, row, scratch + row * kLanes + lane, kLanes);
    }
  }

  float* y = scratch + rows * kLanes;
  if (bank.phases == 2) {
    Groups<2>(bank, scratch, y);
  } else {
    Groups<4>(bank, scratch, y);
  }

  const std::int64_t whole = bank.period_target / 8 * 8;
  for (std::int64_t row = 0; row < whole; row += 8) {
    const float* from[8];
    for (int i = 0; i < 8; ++i) from[i] = y + (row + i) * kLanes;
    for (int lane = 0; lane < periods; lane += 8) {
      if (lane + 8 <= periods) {
        Simd::Transpose(from, lane, output + lane * bank.period_target + row, bank.period_target);
        continue;
      }
      for (int i = lane; i < periods; ++i) {
        for (int k = 0; k < 8; ++k) output[i * bank.period_target + row + k] = from[k][i];
      }
    }
  }
  for (std::int64_t row = whole; row < bank.period_target; ++row) {
    for (int lane = 0; lane < periods; ++lane) output[lane * bank.period_target + row] = y[row * kLanes + lane];
  }
}

// The output sample at `fraction` (0 to 1) after the input sample input[bank.reach].
KLAY_SIMD float SmoothSample(const SmoothBank& bank, double fraction, const float* input) {
  const double place = fraction * static_cast<double>(bank.rows_per_sample);
  std::int64_t row = static_cast<std::int64_t>(place);
  if (row > bank.rows_per_sample - 1) row = bank.rows_per_sample - 1;
  const double t = place - static_cast<double>(row);
  // Lagrange's polynomials for the rows at -1, 0, 1 and 2.
  const double inner = t * (t - 1);
  const double outer = (t + 1) * (t - 2);
  const double weights[4] = {inner * (t - 2) * (-1.0 / 6), outer * (t - 1) * 0.5, outer * t * -0.5,
                             inner * (t + 1) * (1.0 / 6)};
  const double* values = bank.values.data() + bank.first + row * bank.taps;
  Simd::Double sums[4];
  for (int i = 0; i < 4; ++i) sums[i] = Simd::ZeroDouble();
  for (std::int64_t tap = 0; tap < bank.taps; tap += Simd::kDoubles) {
    const Simd::Double x = Simd::Widen(input + tap);
    for (int i = 0; i < 4; ++i) sums[i] = Simd::MultiplyAdd(x, Simd::Load(values + i * bank.taps + tap), sums[i]);
  }
  Simd::Double sum = Simd::ZeroDouble();
  for (int i = 0; i < 4; ++i) sum = Simd::MultiplyAdd(sums[i], Simd::Broadcast(weights[i]), sum);
  return static_cast<float>(Simd::Sum(sum));
}

// NOLINTNEXTLINE(misc-definitions-in-headers): each kernel includes this once, in a namespace of its own
KLAY_TARGET void Smooth(const SmoothBank& bank, RateRatio ratio, std::int64_t rest, std::int64_t count,
                        const float* input, float* output) {
  const std::int64_t whole_step = ratio.source / ratio.target;
  const std::int64_t rest_step = ratio.source % ratio.target;
  const double scale = 1 / static_cast<double>(ratio.target);
  for (std::int64_t i = 0; i < count; ++i) {
    output[i] = SmoothSample(bank, static_cast<double>(rest) * scale, input);
    input += whole_step;
    rest += rest_step;
    if (rest >= ratio.target) {
      rest -= ratio.target;
      ++input;
    }
  }
}
