#include "beam/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace beam {
namespace {

using testing::ElementsAre;
using testing::MatchesRegex;

class Logging : public testing::Test {
 protected:
  Logging() {
    former_ = SetLogSink([this](const LogEntry& entry) {
      lines_.push_back(std::string(entry.step) + "|" + std::string(entry.message));
    });
  }
  ~Logging() override {
    SetLogSink(former_);
    SetLogLevel(Severity::kInfo);
    current_log_step = nullptr;
  }

  LogSink former_;
  std::vector<std::string> lines_;
};

TEST_F(Logging, DropsWhatIsBelowTheLevel) {
  LogDebug("debug");
  LogInfo("info");
  SetLogLevel(Severity::kWarning);
  LogInfo("info");
  LogWarning("warning");
  LogError("error");
  SetLogLevel(Severity::kDebug);
  LogDebug("debug");
  EXPECT_THAT(lines_, ElementsAre("|info", "|warning", "|error", "|debug"));
}

TEST_F(Logging, NamesTheStepOfTheThread) {
  const LogStep step{.name = "Transcode/Load Audio", .transform = ""};
  current_log_step = &step;
  LogInfo("here");
  std::thread([] { LogInfo("elsewhere"); }).join();
  EXPECT_THAT(lines_, ElementsAre("Transcode/Load Audio|here", "|elsewhere"));
}

TEST_F(Logging, CallsTheSinkOneLineAtATime) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int line = 0; line < 1000; ++line) LogInfo("line");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(lines_.size(), 4000u);
}

TEST_F(Logging, GivesTheFormerSinkBack) {
  LogSink mine = SetLogSink(nullptr);
  ASSERT_TRUE(mine);
  mine({Severity::kInfo, "to the former", ""});
  EXPECT_FALSE(SetLogSink(mine));
  EXPECT_THAT(lines_, ElementsAre("|to the former"));
}

TEST_F(Logging, WritesWholeLinesToStandardError) {
  SetLogSink(nullptr);
  testing::internal::CaptureStderr();
  LogWarning("something\xFF odd");
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+\\.[0-9]+Z WARN  something\xFF odd\n"));
}

TEST_F(Logging, FormatsTheStepInBrackets) {
  EXPECT_THAT(FormatLogEntry({Severity::kError, "text", "Load Audio"}),
              MatchesRegex(".*Z ERROR \\[Load Audio\\] text"));
}

}  // namespace
}  // namespace beam
