#include "beam/transforms/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "beam/coder/coder.h"

namespace exact_sum_test {

using beam::internal::ExactSum;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

ExactSum SumOf(const std::vector<double>& numbers) {
  ExactSum sum;
  for (const double number : numbers) sum.Add(number);
  return sum;
}

ExactSum Transported(const ExactSum& sum) {
  beam::Writer out;
  beam::Coder<ExactSum>::Encode(sum, out);
  beam::Reader in(out.view());
  return beam::Coder<ExactSum>::Decode(in);
}

void ExpectSame(double expected, double found) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(found)) << found;
  } else {
    EXPECT_EQ(expected, found);
    EXPECT_EQ(std::signbit(expected), std::signbit(found));
  }
}

// The expected sums are those of Python's fractions.Fraction, which has no rounding, brought to a float.
TEST(ExactSumTest, RoundsOnce) {
  struct {
    std::vector<double> numbers;
    double sum;
  } const cases[] = {
      {{}, 0.0},
      {{-0.0}, 0.0},
      {{2.5}, 2.5},
      {{1.0, -1.0}, 0.0},
      {std::vector<double>(10, 0.1), 1.0},
      {{0x1.249ad2594c37dp+332, 1.0, -0x1.249ad2594c37dp+332}, 1.0},
      {{0x1.1c37937e08000p+53, 1.0, 0x1.cd2b297d889bcp-54}, 0x1.1c37937e08001p+53},
      // Half-way cases: what lies below decides, then the even neighbour.
      {{0x1p+53, 1.0, 0x1p-60}, 0x1.0000000000001p+53},
      {{0x1p+53, 1.0}, 0x1p+53},
      {{0x1p+53, 1.0, -0x1p-60}, 0x1p+53},
      {{0x1.0000000000001p+53, 1.0}, 0x1.0000000000002p+53},
      // Subnormal numbers.
      {{5e-324, 5e-324, 5e-324}, 0x0.0000000000003p-1022},
      {{0x1p-1022, -5e-324}, 0x0.fffffffffffffp-1022},
      // Sums that are too large only on the way, or for good.
      {{0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023}, 0x1.fffffffffffffp+1023},
      {{0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023}, kInfinity},
      {{-0x1.fffffffffffffp+1023, -0x1p+970}, -kInfinity},
      {{0x1.fffffffffffffp+1023, 0x1.ffffffffffff8p+969}, 0x1.fffffffffffffp+1023},
      {{-0x1.8p+0, -0x1p-70, 0x1p+60}, 0x1p+60},
      {{-0x1.68ca5e0d58b24p-43, -0x1.aecd8eb2b8b78p-57, -0x1.b5d34316e07c0p+7, -0x1.9f9c5fd1311b2p+13,
        -0x1.c49bee0b8ed14p+3, -0x1.242628fb3357ap-50, -0x1.0fc98b29e5570p-55, -0x1.098fa37463842p+9},
       -0x1.b77dce1055b90p+13},
      {{-0x1.352b5de1bc450p+690, 0x1.0c192c3f62f80p+937, -0x1.1b673eaf47a68p+283, 0x1.53f48fe53a1b0p-877,
        0x1.3bd04d2bcc158p-191, -0x1.cd3875830a12ap-549},
       0x1.0c192c3f62f80p+937},
      // Not numbers.
      {{1.0, kInfinity}, kInfinity},
      {{-kInfinity, 1.0, -kInfinity}, -kInfinity},
      {{kInfinity, -kInfinity}, kNan},
      {{kNan, 1.0}, kNan},
      {{kInfinity, kNan}, kNan},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.numbers));
    ExpectSame(c.sum, SumOf(c.numbers).Round());
    ExpectSame(c.sum, Transported(SumOf(c.numbers)).Round());
    std::vector<double> negated;
    for (const double number : c.numbers) negated.push_back(-number);
    ExpectSame(c.sum == 0 ? 0.0 : -c.sum, SumOf(negated).Round());
  }
}

// Numbers of all sizes that cancel, but for a few whose sum is known.
std::vector<double> NumbersOfSum(std::mt19937_64& random, double sum) {
  std::uniform_int_distribution<int> exponents(-1040, 1000);
  std::uniform_real_distribution<double> mantissas(-1, 1);
  std::vector<double> numbers{sum};
  for (int i = 0; i < 200; ++i) {
    const double number = std::ldexp(mantissas(random), exponents(random));
    numbers.push_back(number);
    numbers.push_back(-number);
  }
  return numbers;
}

TEST(ExactSumTest, TheSameInAnyOrderAndGrouping) {
  std::mt19937_64 random(5);
  for (const double expected : {0.1, -3e300, 5e-324, 12345.678}) {
    std::vector<double> numbers = NumbersOfSum(random, expected);
    for (int round = 0; round < 20; ++round) {
      std::shuffle(numbers.begin(), numbers.end(), random);
      std::vector<ExactSum> parts(1 + random() % 10);
      for (const double number : numbers) parts[random() % parts.size()].Add(number);
      ExactSum merged;
      for (ExactSum& part : parts) {
        if (random() % 2 == 0) part.ResolveCarries();
        merged.Merge(Transported(part));
        if (random() % 4 == 0) merged.ResolveCarries();
      }
      ASSERT_EQ(merged.Round(), expected);
    }
  }
}

TEST(ExactSumTest, ResolvesCarriesBeforeADigitOverflows) {
  // Doubles a sum by merging it into itself, until it stands for 2^40 additions.
  ExactSum sum = SumOf({0x1.fffffffffffffp+30, -0x1p-20});
  double expected = 0x1.fffffffffffffp+30 - 0x1p-20;
  for (int i = 0; i < 40; ++i) {
    sum.Merge(ExactSum(sum));
    expected *= 2;
    ASSERT_LT(sum.additions, beam::internal::kExactSumMaxAdditions);
    ASSERT_EQ(sum.Round(), expected);
  }
}

TEST(ExactSumTest, ScalesWhatIsTooLarge) {
  const ExactSum sum = SumOf({0x1p+1023, 0x1p+1023});
  EXPECT_EQ(sum.Round(), kInfinity);
  EXPECT_EQ(sum.Round(64), 0x1p+960);
}

}  // namespace exact_sum_test
