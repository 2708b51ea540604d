#include "beam/base/retry_pauses.h"

#include <gtest/gtest.h>

#include <climits>
#include <set>
#include <thread>

#include "beam/base/cancel.h"
#include "beam/base/error.h"

namespace beam {
namespace {

using std::chrono::milliseconds;

TEST(RetryPauses, DoubleUpToTheLongest) {
  const struct {
    RetryPauses pauses;
    int failures;
    int whole;  // milliseconds
  } cases[] = {
      {{milliseconds(200), milliseconds(8'000)}, 1, 200},
      {{milliseconds(200), milliseconds(8'000)}, 2, 400},
      {{milliseconds(200), milliseconds(8'000)}, 6, 6'400},
      {{milliseconds(200), milliseconds(8'000)}, 7, 8'000},
      {{milliseconds(200), milliseconds(8'000)}, INT_MAX, 8'000},
      {{milliseconds(1), milliseconds(1)}, 5, 1},
      {{milliseconds(500), milliseconds(100)}, 1, 100},
      {{milliseconds(0), milliseconds(0)}, INT_MAX - 1, 0},
      // Nobody means this, but it ends.
      {{milliseconds(0), milliseconds(100)}, 100, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.failures << " failures, " << c.whole << " ms");
    for (int i = 0; i < 1'000; ++i) {
      const milliseconds pause = c.pauses.After(c.failures);
      ASSERT_GE(pause.count(), c.whole / 2);
      ASSERT_LE(pause.count(), c.whole);
    }
  }
}

TEST(RetryPauses, AreOfAnyLengthBetween) {
  constexpr RetryPauses kPauses{milliseconds(20), milliseconds(20)};
  std::set<milliseconds> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(kPauses.After(1));
  EXPECT_EQ(seen.size(), 11u);
}

TEST(PauseUnlessCancelled, EndsWithTheRun) {
  EXPECT_NO_THROW(PauseUnlessCancelled(milliseconds(1)));
  std::thread other([] { RequestCancel(); });
  EXPECT_THROW(PauseUnlessCancelled(std::chrono::hours(1)), Cancelled);
  other.join();
  EXPECT_THROW(PauseUnlessCancelled(milliseconds(0)), Cancelled);
  ResetCancel();
}

}  // namespace
}  // namespace beam
