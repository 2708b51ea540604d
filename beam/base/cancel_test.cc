#include "beam/base/cancel.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "beam/base/error.h"

namespace beam {
namespace {

class Cancelling : public testing::Test {
 protected:
  ~Cancelling() override { ResetCancel(); }
};

TEST_F(Cancelling, IsSeenUntilReset) {
  EXPECT_FALSE(CancelRequested());
  EXPECT_NO_THROW(ThrowIfCancelled());
  RequestCancel();
  EXPECT_TRUE(CancelRequested());
  EXPECT_THROW(ThrowIfCancelled(), Cancelled);
  ResetCancel();
  EXPECT_NO_THROW(ThrowIfCancelled());
}

TEST_F(Cancelling, ReachesOtherThreads) {
  std::thread worker([] {
    while (!CancelRequested()) std::this_thread::yield();
  });
  RequestCancel();
  worker.join();
}

TEST_F(Cancelling, MayBeAskedForByASignal) {
  const auto former = std::signal(SIGUSR1, [](int) { RequestCancel(); });
  ASSERT_EQ(std::raise(SIGUSR1), 0);
  EXPECT_TRUE(CancelRequested());
  std::signal(SIGUSR1, former);
}

}  // namespace
}  // namespace beam
