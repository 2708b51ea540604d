#include "beam/io/finish_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <latch>
#include <list>

#include "beam/base/error.h"

namespace beam::internal {
namespace {

using testing::ElementsAre;

// Does `finish` when it is finished.
class Sink final : public ByteSink {
 public:
  explicit Sink(std::function<void()> finish) : finish_(std::move(finish)) {}
  void Write(const void*, std::size_t) override {}
  bool CanRewrite() const override { return false; }
  void Rewrite(std::uint64_t, const void*, std::size_t) override {}
  void Finish() override {
    finished = true;
    finish_();
  }
  const std::string& path() const override { return path_; }

  bool finished = false;

 private:
  const std::function<void()> finish_;
  const std::string path_;
};

class FinishFiles : public testing::Test {
 protected:
  void Add(std::function<void()> finish) { sinks_.push_back(&all_.emplace_back(std::move(finish))); }

  std::list<Sink> all_;
  std::vector<ByteSink*> sinks_;
};

TEST_F(FinishFiles, SayWhatWentWrongWithEach) {
  Add([] {});
  Add([] { throw Error("no room"); });
  Add([] {});
  Add([] { throw UsageError("no name"); });
  for (const std::size_t threads : {1u, 3u, 16u}) {
    EXPECT_THAT(FinishSideBySide(sinks_, threads), ElementsAre("", "no room", "", "no name")) << threads;
  }
  EXPECT_THAT(FinishSideBySide({}, 4), ElementsAre());
}

TEST_F(FinishFiles, AreFinishedSideBySide) {
  std::latch all(4);
  for (int i = 0; i < 4; ++i) Add([&] { all.arrive_and_wait(); });
  EXPECT_THAT(FinishSideBySide(sinks_, 4), ElementsAre("", "", "", ""));
}

// A stopped run is no error of a file.
TEST_F(FinishFiles, StopWithTheRun) {
  Add([] { throw Error("no room"); });
  Add([] { throw Cancelled(); });
  Add([] {});
  EXPECT_THROW(FinishSideBySide(sinks_, 1), Cancelled);
  EXPECT_FALSE(all_.back().finished);
  EXPECT_THROW(FinishSideBySide(sinks_, 3), Cancelled);
}

}  // namespace
}  // namespace beam::internal
