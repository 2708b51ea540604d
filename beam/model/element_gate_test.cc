#include "beam/model/element_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace beam {
namespace {

int ClaimAll(ElementGate& gate, int elements) {
  int claimed = 0;
  while (claimed < elements && gate.Claim()) ++claimed;
  return claimed;
}

TEST(ElementGate, LetsAllInUnlessItIsTold) {
  ElementGate gate;
  EXPECT_EQ(ClaimAll(gate, 5), 5);
  EXPECT_EQ(gate.claimed(), 5U);
}

TEST(ElementGate, StopsOnlyBeforeWhatWasNotClaimed) {
  struct Case {
    int claimed;
    std::uint32_t end;
    bool stops;
  };
  for (const Case& c : {Case{0, 0, true}, {3, 3, true}, {3, 7, true}, {3, 2, false}, {1, 0, false}}) {
    ElementGate gate;
    ASSERT_EQ(ClaimAll(gate, c.claimed), c.claimed);
    EXPECT_EQ(gate.Stop(c.end), c.stops) << c.claimed << " claimed, to stop at " << c.end;
    const int more = ClaimAll(gate, 100);
    EXPECT_EQ(c.claimed + more, c.stops ? static_cast<int>(c.end) : c.claimed + 100);
    if (c.stops) {
      EXPECT_EQ(gate.claimed(), c.end);
    }
  }
}

TEST(ElementGate, StopsEarlierButNeverLater) {
  ElementGate gate;
  EXPECT_TRUE(gate.Stop(10));
  EXPECT_FALSE(gate.Stop(10));
  EXPECT_FALSE(gate.Stop(11));
  EXPECT_TRUE(gate.Stop(4));
  EXPECT_EQ(ClaimAll(gate, 100), 4);
  gate.Reset();
  EXPECT_EQ(ClaimAll(gate, 100), 100);
}

// Whatever two threads do, every element is on exactly one side.
TEST(ElementGate, AgreesWithTheOtherThread) {
  constexpr int kElements = 2000;
  for (int round = 0; round < 50; ++round) {
    ElementGate gate;
    std::atomic<bool> started{false};
    int claimed = 0;
    std::thread worker([&] {
      started = true;
      claimed = ClaimAll(gate, kElements);
    });
    while (!started) std::this_thread::yield();
    int end = kElements;
    for (int tries = 0; tries < 1000; ++tries) {
      const auto wish = gate.claimed() + (kElements - gate.claimed()) / 2;
      if (static_cast<int>(wish) < kElements && gate.Stop(wish)) end = static_cast<int>(wish);
    }
    worker.join();
    EXPECT_EQ(claimed, end);
  }
}

}  // namespace
}  // namespace beam
