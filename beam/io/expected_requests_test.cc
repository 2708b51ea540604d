// The arithmetic; that it agrees with what is really asked is seen in tests/dataflow/estimate_test.cc.
#include "beam/io/expected_requests.h"

#include <gtest/gtest.h>

namespace beam {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

TEST(ExpectedRequestsTest, ByTheSizeOfTheObject) {
  struct Case {
    std::int64_t size;
    std::int64_t reads;
    std::int64_t writes;
  };
  for (const Case& c :
       {Case{0, 1, 1}, Case{1, 1, 1}, Case{8 * kMiB, 1, 1}, Case{8 * kMiB + 1, 2, 1}, Case{16 * kMiB, 2, 1},
        Case{16 * kMiB + 1, 4, 2}, Case{64 * kMiB, 15, 2}, Case{64 * kMiB + 1, 16, 3}, Case{1024 * kMiB, 255, 17}}) {
    EXPECT_EQ(ExpectedReads(c.size), c.reads) << c.size;
    EXPECT_EQ(ExpectedWrites(c.size), c.writes) << c.size;
  }
}

}  // namespace
}  // namespace beam
