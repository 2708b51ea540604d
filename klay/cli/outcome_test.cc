#include "klay/cli/outcome.h"

#include <gtest/gtest.h>

#include "klay/cli/progress.h"

namespace klay {
namespace {

Outcome Done(std::int64_t done, std::int64_t failed) {
  Outcome outcome;
  outcome.state = beam::PipelineState::kDone;
  outcome.files_matched = done + failed;
  outcome.files_done = done;
  outcome.files_failed = failed;
  outcome.audio_seconds = 15.015;
  outcome.wall_seconds = 0.5;
  return outcome;
}

TEST(SummaryTest, OfAFinishedRun) {
  EXPECT_EQ(Summary(Done(4, 1), {{"/m/bad\n.mp3", "not audio"}}),
            "5 files: 4 done, 1 failed\nduration: 15.015 s, 0.250 min, 0.004 h\ntook 0.5 s, 30 times real time\n"
            "failed: /m/bad\\n.mp3: not audio\n");
}

TEST(SummaryTest, TellsWhatStoresWereAsked) {
  Outcome outcome = Done(4, 1);
  const auto count = [&](const std::string& store, beam::RequestVerb verb) -> std::int64_t& {
    return outcome.requests[store][static_cast<std::size_t>(verb)];
  };
  count("s3", beam::RequestVerb::kWrite) = 1'000;
  count("gs", beam::RequestVerb::kList) = 12;
  count("gs", beam::RequestVerb::kRead) = 1'000;
  EXPECT_EQ(Summary(outcome, {{"a", "not audio"}}),
            "5 files: 4 done, 1 failed\nduration: 15.015 s, 0.250 min, 0.004 h\ntook 0.5 s, 30 times real time\n"
            "gs: 12 list, 1,000 read\ns3: 1,000 write\nfailed: a: not audio\n");
}

TEST(SummaryTest, OfARunThatWasStopped) {
  Outcome outcome = Done(1, 0);
  outcome.state = beam::PipelineState::kCancelled;
  outcome.files_matched = 9;
  EXPECT_TRUE(Summary(outcome, {}).starts_with("not finished; of 9 files found so far: 1 done, 0 failed\n"));
}

TEST(SummaryTest, OfADryRun) {
  Outcome outcome = Done(4, 0);
  outcome.is_dry_run = true;
  outcome.plan.source_bytes = 1000;
  outcome.plan.target_bytes = 500;
  const std::string begin =
      "4 files: 4 to do, 0 failed\nduration: 15.015 s, 0.250 min, 0.004 h\n"
      "dry run, nothing was written; to be read: 1000 bytes; to be written: ";
  EXPECT_EQ(Summary(outcome, {}), begin + "about 500 bytes\n");
  outcome.plan.unknown_sizes = 1;
  EXPECT_EQ(Summary(outcome, {}), begin + "about 500 bytes, and 1 file of unknown size\n");
  outcome.plan.unknown_sizes = 4;
  EXPECT_EQ(Summary(outcome, {}), begin + "4 files of unknown size\n");
}

TEST(SummaryTest, OfADryRunThatLookedAtASample) {
  Outcome outcome = Done(4, 0);
  outcome.is_dry_run = true;
  outcome.plan = {.files = 4, .looked_at = 1};
  EXPECT_EQ(Summary(outcome, {}), "4 files: 4 to do, 0 failed\ndry run, nothing was written\n");
}

TEST(SummaryTest, NamesTheFirstFailuresAndCountsTheRest) {
  std::vector<Failure> failures(25, Failure{"f", "r"});
  const std::string text = Summary(Done(0, 25), failures);
  std::size_t named = 0;
  for (std::size_t at = 0; (at = text.find("failed: f: r\n", at)) != std::string::npos; ++at) ++named;
  EXPECT_EQ(named, 20U);
  EXPECT_TRUE(text.ends_with("and 5 more: see the log above, or --failures\n")) << text;
}

TEST(ProgressTextTest, SaysHowFarHowFastAndHowLong) {
  struct Case {
    Outcome outcome;
    const char* text;
  };
  Outcome begun;
  begun.files_matched = 10;
  begun.bytes_matched = 1000;
  Outcome halfway = begun;
  halfway.wall_seconds = 100;
  halfway.files_done = 4;
  halfway.files_failed = 1;
  halfway.audio_seconds = 5000;
  halfway.bytes_taken = 500;
  Outcome slow = halfway;
  slow.wall_seconds = 7300;
  // A listing that is behind what was already done.
  Outcome listing = halfway;
  listing.files_matched = 3;
  listing.bytes_matched = 300;
  const Case cases[] = {
      {begun, "0 of 10 files, 0 failed"},
      {halfway, "5 of 10 files, 50x real time, 1 failed, 1:40 left"},
      {slow, "5 of 10 files, 1x real time, 1 failed, 2:01:40 left"},
      {listing, "5 of 5 files, 50x real time, 1 failed"},
  };
  for (const Case& c : cases) EXPECT_EQ(ProgressText(c.outcome), c.text);
}

}  // namespace
}  // namespace klay
