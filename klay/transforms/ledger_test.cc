// The ledger: what is done again and what is not, as a table; several writers; segments that are merged, torn, or gone
// while somebody reads.
#include "klay/transforms/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "beam/base/log.h"
#include "beam/base/process_end.h"
#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/test_files.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"
#include "klay/transforms/ledger_index.h"
#include "klay/transforms/ledger_segments.h"
#include "klay/transforms/ledger_writer.h"
#include "klay/transforms/record_outcomes.h"
#include "klay/transforms/skip_completed.h"
#include "klay/transforms/transcode.h"

namespace klay {
namespace {

using beam::FileMetadata;
using beam::testing_files::ErrorOf;
using internal::CompactLedger;
using internal::kLedgerSegmentsALevel;
using internal::LedgerIndex;
using internal::LedgerKey;
using internal::LedgerLine;
using internal::LedgerRecord;
using internal::LedgerSegmentsOf;
using internal::LedgerState;
using internal::LedgerWriter;
using internal::ParseLedgerLine;
using internal::SameState;
using internal::WriteLedgerSegment;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kFolder = "mem://out/.klay-ledger/";
const std::string kWriter = "0123456789abcdef";

LedgerRecord Record(const std::string& input, double recorded, FileResult outcome = FileResult::kDone) {
  LedgerRecord record;
  record.input = input;
  record.size = 5;
  record.time = 100.25;
  record.parameters = "p";
  record.version = "1";
  record.outcome = outcome;
  record.recorded = recorded;
  return record;
}

std::uint64_t State() { return LedgerState(5, 100.25, "p", "1", FileResult::kDone); }

class LedgerTest : public testing::Test {
 protected:
  std::vector<std::string> Segments() const {
    std::vector<std::string> paths = files_->Paths();
    std::erase_if(paths, [](const std::string& path) { return !path.starts_with(kFolder); });
    return paths;
  }
  std::optional<FileResult> Find(const std::string& input) const {
    const LedgerIndex index(kFolder);
    const internal::LedgerEntry* const entry = index.Find(LedgerKey(input));
    if (entry == nullptr || !SameState(entry->state, State())) return std::nullopt;
    return entry->outcome();
  }

  std::shared_ptr<beam::MemoryFileSystem> files_ = std::make_shared<beam::MemoryFileSystem>();
  std::shared_ptr<beam::FaultyFileSystem> faulty_ = std::make_shared<beam::FaultyFileSystem>(files_);
  beam::ScopedFileSystem scope_{"mem", faulty_};
};

TEST_F(LedgerTest, ALineSaysAllAndComesBack) {
  LedgerRecord record = Record("rock/\xC3\xA9 \"live\"\n\xFF.mp3", 1764120007.5, FileResult::kSkipped);
  record.reason = "it is short";
  record.targets = {{"out/a.wav", 7}, {"out/b.wav", 8.5}};
  const std::string line = LedgerLine(record);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["input"], "rock/\xC3\xA9 \"live\"\n\xEF\xBF\xBD.mp3");
  EXPECT_EQ(json["outcome"], "skipped");
  EXPECT_EQ(json["time"], 100.25);
  EXPECT_EQ(json["targets"].size(), 2U);
  const auto entry = ParseLedgerLine(line);
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->key, LedgerKey(record.input));
  EXPECT_TRUE(SameState(entry->state, State()));
  EXPECT_EQ(entry->outcome(), FileResult::kSkipped);
  EXPECT_EQ(entry->targets, internal::AddTargetTime(internal::AddTargetTime(0, 7), 8.5));
  EXPECT_EQ(entry->recorded, 1764120007.5);
  // As a tool may have written it: other fields, another order, more blanks.
  auto other = nlohmann::json::parse(line);  // in alphabetical order
  other["a note"] = {{"key", "ffffffffffffffff"}, {"size", {1, nullptr, true, "x", {{"time", 1}}}}};
  EXPECT_EQ(ParseLedgerLine(other.dump(1))->state, entry->state);
  EXPECT_EQ(ParseLedgerLine(other.dump(1))->key, entry->key);
  EXPECT_EQ(ParseLedgerLine(other.dump(1))->targets, entry->targets);
}

TEST_F(LedgerTest, LinesThatAreNoRecords) {
  const std::string line = LedgerLine(Record("a", 1));
  const auto with = [&](const char* field, const nlohmann::json& value) {
    auto json = nlohmann::json::parse(line);
    json[field] = value;
    return json.dump();
  };
  EXPECT_TRUE(ParseLedgerLine(line).has_value());
  for (const std::string& bad :
       {std::string(), std::string("{}"), std::string("[1]"), std::string("7"), std::string("null"),
        line.substr(0, line.size() / 2), line.substr(0, line.size() - 2), line + line, with("key", "12"),
        with("key", 7), with("key", "xyzxyzxyzxyzxyzx"), with("size", 1.5), with("size", "5"), with("time", nullptr),
        with("outcome", "perhaps"), with("outcome", {"done"}), with("version", 1), with("recorded", {{"a", 1}}),
        with("targets", "a")}) {
    EXPECT_FALSE(ParseLedgerLine(bad).has_value()) << bad;
  }
}

TEST_F(LedgerTest, OfSeveralRecordsTheLastOneCounts) {
  EXPECT_EQ(Find("a"), std::nullopt);  // there is no ledger at all
  WriteLedgerSegment(kFolder, kWriter, {Record("a", 2), Record("b", 2, FileResult::kSkipped), Record("c", 2)});
  WriteLedgerSegment(kFolder, kWriter, {Record("a", 3, FileResult::kFailed), Record("b", 1)});
  EXPECT_EQ(Find("a"), FileResult::kFailed);
  EXPECT_EQ(Find("b"), FileResult::kSkipped);
  EXPECT_EQ(Find("c"), FileResult::kDone);
  EXPECT_EQ(Find("d"), std::nullopt);
  LedgerRecord changed = Record("c", 4);
  changed.parameters = "q";
  WriteLedgerSegment(kFolder, kWriter, {changed});
  EXPECT_EQ(Find("c"), std::nullopt) << "that it was done with p does not count any more";
}

TEST_F(LedgerTest, TornSegmentsLoseOnlyTheirTornLines) {
  std::vector<std::string> warnings;
  beam::SetLogSink([&](const beam::LogEntry& entry) { warnings.push_back(beam::FormatLogEntry(entry)); });
  WriteLedgerSegment(kFolder, kWriter, {Record("a", 1)});
  const std::string whole = *files_->Get(Segments().at(0));
  files_->Put(kFolder + "mine.jsonl", LedgerLine(Record("b", 1)) + whole.substr(0, 40));
  files_->Put(kFolder + "notes.txt", "not of the ledger");
  files_->Put(kFolder + ".beam-0123456789abcdef.part", "half");
  files_->Put(kFolder + "empty.jsonl", "");
  EXPECT_EQ(Find("a"), FileResult::kDone);
  EXPECT_EQ(Find("b"), FileResult::kDone);
  beam::SetLogSink({});
  ASSERT_FALSE(warnings.empty());
  EXPECT_THAT(warnings[0], AllOf(HasSubstr("mine.jsonl"), HasSubstr("1 line")));
}

TEST_F(LedgerTest, AnUnreadableLedgerIsAnError) {
  WriteLedgerSegment(kFolder, kWriter, {Record("a", 1)});
  faulty_->FailOpen(Segments().at(0), "the store is away");
  EXPECT_THAT(ErrorOf([] { LedgerIndex index(kFolder); }), HasSubstr("the store is away"));
}

TEST_F(LedgerTest, MergingKeepsTheLastRecordOfEach) {
  const auto write_many = [](const std::string& writer, int from) {
    for (int i = 0; i < static_cast<int>(kLedgerSegmentsALevel); ++i) {
      WriteLedgerSegment(kFolder, writer, {Record("all", from + i), Record(writer + std::to_string(i % 50), from + i)});
    }
  };
  write_many(kWriter, 0);
  write_many("fedcba9876543210", 1000);
  WriteLedgerSegment(kFolder, kWriter, {Record("all", 5000, FileResult::kSkipped)});
  CompactLedger(kFolder, kWriter, LedgerSegmentsOf::kThisWriter);
  EXPECT_EQ(Segments().size(), 2 + kLedgerSegmentsALevel);
  EXPECT_EQ(LedgerIndex(kFolder).size(), 101U);
  EXPECT_EQ(Find("all"), FileResult::kSkipped);
  CompactLedger(kFolder, kWriter, LedgerSegmentsOf::kAll);
  EXPECT_EQ(Segments().size(), 3U);
  EXPECT_EQ(LedgerIndex(kFolder).size(), 101U);
  EXPECT_EQ(Find("all"), FileResult::kSkipped);
  EXPECT_EQ(Find(kWriter + "49"), FileResult::kDone);
  // One line for each input in a merged segment, in the order of keys.
  for (const std::string& path : Segments()) {
    if (!path.ends_with("-1.jsonl")) continue;
    const std::string text = *files_->Get(path);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 51);
  }
}

TEST_F(LedgerTest, AMergeThatIsCutShortLosesNothing) {
  // Each of its requests fails once: a merge that a killed run began is at worst there twice.
  for (int i = 0; i < static_cast<int>(kLedgerSegmentsALevel); ++i) {
    WriteLedgerSegment(kFolder, kWriter, {Record(std::to_string(i), i)});
  }
  const std::vector<std::string> before = Segments();
  faulty_->FailRead(before[10], 1, "connection reset", 1);
  EXPECT_THAT(ErrorOf([] { CompactLedger(kFolder, kWriter, LedgerSegmentsOf::kAll); }), HasSubstr("connection reset"));
  EXPECT_EQ(Segments(), before);
  // As if it was killed between writing and deleting.
  std::map<std::string, std::string> originals;
  for (const std::string& path : before) originals[path] = *files_->Get(path);
  CompactLedger(kFolder, kWriter, LedgerSegmentsOf::kAll);
  EXPECT_EQ(Segments().size(), 1U);
  for (const auto& [path, bytes] : originals) files_->Put(path, bytes);
  EXPECT_EQ(LedgerIndex(kFolder).size(), kLedgerSegmentsALevel);
  CompactLedger(kFolder, kWriter, LedgerSegmentsOf::kAll);
  EXPECT_EQ(Segments().size(), 2U);
  EXPECT_EQ(LedgerIndex(kFolder).size(), kLedgerSegmentsALevel);
}

TEST_F(LedgerTest, ManyMergeAndReadAtOnce) {
  constexpr int kThreads = 3;
  constexpr int kWrites = 3 * static_cast<int>(kLedgerSegmentsALevel);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([t] {
      const std::string writer = std::string(15, 'a') + std::to_string(t);
      for (int i = 0; i < kWrites; ++i) {
        WriteLedgerSegment(kFolder, writer, {Record(writer + std::to_string(i), i)});
        if (i % 50 == 49) CompactLedger(kFolder, writer, LedgerSegmentsOf::kAll);
        // What this writer has written is there, whoever is merging it now.
        if (i % 40 != 39) continue;
        EXPECT_GE(LedgerIndex(kFolder).size(), static_cast<std::size_t>(i) + 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(LedgerIndex(kFolder).size(), static_cast<std::size_t>(kThreads * kWrites));
  EXPECT_LT(Segments().size(), 3 * kLedgerSegmentsALevel);
}

TEST_F(LedgerTest, WritersOfOneLedgerKeepEachOthersRecords) {
  {
    LedgerWriter one(kFolder);
    LedgerWriter two(kFolder);
    for (int i = 0; i < 100; ++i) {
      one.Add(Record("one" + std::to_string(i), 0));
      two.Add(Record("two" + std::to_string(i), 0));
    }
    EXPECT_TRUE(Segments().empty()) << "they wait to be many";
    one.Write(true);
    EXPECT_EQ(Segments().size(), 1U);
  }
  EXPECT_EQ(Segments().size(), 2U);
  EXPECT_EQ(LedgerIndex(kFolder).size(), 200U);
  {
    LedgerWriter full(kFolder);
    for (std::size_t i = 0; i < LedgerWriter::kMostWaiting; ++i) full.Add(Record("full" + std::to_string(i), 0));
    EXPECT_EQ(Segments().size(), 3U);
  }
  EXPECT_EQ(Segments().size(), 3U);
  EXPECT_EQ(LedgerWriter::Get(kFolder), LedgerWriter::Get(kFolder));
}

TEST_F(LedgerTest, AWriterOfManyThreadsMergesWhatItWrites) {
  constexpr int kThreads = 3;
  constexpr int kRecords = 2 * static_cast<int>(kLedgerSegmentsALevel);
  {
    LedgerWriter writer(kFolder);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([t, &writer] {
        for (int i = 0; i < kRecords; ++i) {
          writer.Add(Record(std::to_string(t) + "/" + std::to_string(i), 0));
          writer.Write(true);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(LedgerIndex(kFolder).size(), static_cast<std::size_t>(kThreads * kRecords));
  EXPECT_LT(Segments().size(), 2 * kLedgerSegmentsALevel);
}

TEST_F(LedgerTest, WhatCannotBeRecordedIsAWarning) {
  std::vector<std::string> warnings;
  beam::SetLogSink([&](const beam::LogEntry& entry) { warnings.push_back(beam::FormatLogEntry(entry)); });
  {
    beam::ScopedFileSystem gone("mem", nullptr);
    LedgerWriter writer(kFolder);
    writer.Add(Record("a", 0));
  }
  beam::SetLogSink({});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0], HasSubstr("1 inputs could not be recorded"));
}

// What is done again.

std::string DecideByLedger(const SkipCompleted& step, const FileMetadata& file) {
  static std::string decided;
  decided.clear();
  beam::TestPipeline p;
  const auto [to_do, skipped, failed] = p | beam::Create("Files", {file}) | beam::ParDo("Skip", step);
  to_do | beam::ForEach("To Do", [](const FileMetadata&) { decided += "process"; });
  skipped | beam::ForEach("Skipped", [](const Failure& f) { decided += "skip: " + f.reason; });
  failed | beam::ForEach("Failed", [](const Failure& failure) { decided += failure.reason; });
  p.Run();
  return decided;
}

void RecordAll(const LedgerSettings& ledger, const std::vector<FileOutcome>& outcomes) {
  beam::TestPipeline p;
  p | beam::Create("Outcomes", outcomes) | beam::ParDo("Record", RecordOutcomes{ledger});
  p.Run();
}

TEST_F(LedgerTest, AWorkerOfAnEngineRecordsWhenABundleEnds) {
  const LedgerSettings ledger{"mem://out", "mem://in", "p", "1"};
  const FileOutcome outcome{.input = {"mem://in/a.mp3", 5, 100.25}, .result = FileResult::kSkipped, .reason = "short"};
  const auto records = [] {
    int count = 0;
    internal::ReadLedger(internal::LedgerFolder("mem://out"), [&](const auto&) { ++count; });
    return count;
  };
  // Held as by a process that is not ended yet, which would record it two seconds later.
  const auto writer = internal::LedgerWriter::Get(internal::LedgerFolder("mem://out"));
  beam::SetMayEndBehindAnyBundle(true);
  RecordAll(ledger, {outcome});
  beam::SetMayEndBehindAnyBundle(false);
  EXPECT_EQ(records(), 1);
}

TEST_F(LedgerTest, WhatIsDoneAgain) {
  const FileMetadata source{"mem://in/a.mp3", 5, 100.25};
  const LedgerSettings settings{"mem://out", "mem://in", "p", "1"};
  const SkipCompleted step{".mp3", {".wav"}, "mem://in", "mem://out", false, false, settings};
  struct Now {
    FileMetadata file;
    SkipCompleted step;
    FileResult result = FileResult::kDone;
    std::optional<std::string> target = "x";
    double target_time = 50;
  };
  const struct {
    const char* what;
    std::function<void(Now& now)> change;
    const char* expected;
  } cases[] = {
      {"nothing", [](Now&) {}, "skip: it is done already"},
      {"size", [](Now& now) { ++now.file.size_in_bytes; }, "process"},
      {"newer", [](Now& now) { now.file.last_updated_in_seconds += 0.001; }, "process"},
      {"older", [](Now& now) { now.file.last_updated_in_seconds -= 1; }, "process"},
      {"parameters", [](Now& now) { now.step.ledger.parameters = "q"; }, "process"},
      {"version", [](Now& now) { now.step.ledger.version = "2"; }, "process"},
      {"another file", [](Now& now) { now.file.path = "mem://in/b.mp3"; }, "process"},
      {"no target", [](Now& now) { now.target = std::nullopt; }, "process"},
      {"empty target", [](Now& now) { now.target = ""; }, "process"},
      {"a target that was made anew", [](Now& now) { now.target_time = 51; }, "process"},
      {"overwrite", [](Now& now) { now.step.overwrite = true; }, "process"},
      {"no ledger", [](Now& now) { now.step.ledger = {}; }, "skip: it is done already"},
      {"rightly none",
       [](Now& now) {
         now.result = FileResult::kSkipped;
         now.target = std::nullopt;
       },
       "skip: it was skipped before"},
      {"rightly none, changed",
       [](Now& now) {
         now.result = FileResult::kSkipped;
         now.file.size_in_bytes = 6;
       },
       "process"},
      {"failed, with an old target", [](Now& now) { now.result = FileResult::kFailed; }, "process"},
      {"failed, not again",
       [](Now& now) {
         now.result = FileResult::kFailed;
         now.step.ledger.retry_failed = false;
         now.target = std::nullopt;
       },
       "skip: it failed before"},
      {"failed, not again, but changed",
       [](Now& now) {
         now.result = FileResult::kFailed;
         now.step.ledger.retry_failed = false;
         now.file.last_updated_in_seconds = 7;
       },
       "process"},
      {"target is too old", [](Now& now) { now.step.check_timestamp = true; }, "process"},
  };
  for (const auto& c : cases) {
    for (const std::string& path : files_->Paths()) files_->Delete(path);
    Now now{source, step};
    c.change(now);
    files_->Put("mem://out/a.wav", "x", 50);
    RecordAll(settings, {{source, now.result, "why", {"mem://out/a.wav"}}});
    ASSERT_EQ(Segments().size(), 1U);
    files_->Delete("mem://out/a.wav");
    if (now.target) files_->Put("mem://out/a.wav", *now.target, now.target_time);
    EXPECT_THAT(DecideByLedger(now.step, now.file), HasSubstr(c.expected)) << c.what;
  }
}

TEST_F(LedgerTest, ARunThatWasKilledBeforeItRecordedAnythingIsNoticed) {
  LedgerSettings ledger{"mem://out", "mem://in", "p", "1"};
  const FileMetadata source{"mem://in/a.mp3", 5, 100};
  files_->Put("mem://out/a.wav", "by p");
  RecordAll(ledger, {{source, FileResult::kDone, "", {"mem://out/a.wav"}}});
  const SkipCompleted step{".mp3", {".wav"}, "mem://in", "mem://out", false, false, ledger};
  EXPECT_THAT(DecideByLedger(step, source), HasSubstr("done already"));
  files_->Put("mem://out/a.wav", "by q");
  EXPECT_EQ(DecideByLedger(step, source), "process");
}

TEST_F(LedgerTest, ATargetThatNobodyCouldSeeIsMadeAgain) {
  const LedgerSettings ledger{"mem://out", "mem://in", "p", "1"};
  const FileMetadata source{"mem://in/a.mp3", 5, 100};
  RecordAll(ledger, {{source, FileResult::kDone, "", {"mem://out/a.wav"}}});
  files_->Put("mem://out/a.wav", "x");
  const SkipCompleted step{".mp3", {".wav"}, "mem://in", "mem://out", false, false, ledger};
  EXPECT_EQ(DecideByLedger(step, source), "process");
}

TEST_F(LedgerTest, ATargetWithoutARecordIsMadeAnew) {
  files_->Put("mem://out/a.wav", "x");
  const SkipCompleted step{
      ".mp3", {".wav"}, "mem://in", "mem://out", false, false, {"mem://out", "mem://in", "p", "1"}};
  EXPECT_EQ(DecideByLedger(step, {"mem://in/a.mp3", 5, 100}), "process");
}

TEST_F(LedgerTest, ATreeThatIsMovedIsAsDoneAsItWas) {
  files_->Put("mem://new/out/a.wav", "x");
  LedgerSettings ledger{"mem://new/out", "mem://old/in", "p", "1"};
  RecordAll(ledger,
            {{{"mem://old/in/a.mp3", 5, 100}, FileResult::kDone, "", {"mem://new/out/a.wav"}},
             {{"mem://outside/b.mp3", 5, 100}}});
  ledger.source_dir = "mem://new/in";
  const SkipCompleted step{".mp3", {".wav"}, "mem://new/in", "mem://new/out", false, false, ledger};
  EXPECT_THAT(DecideByLedger(step, {"mem://new/in/a.mp3", 5, 100}), HasSubstr("done already"));
  EXPECT_EQ(LedgerIndex("mem://new/out/.klay-ledger/").size(), 1U) << "what lies outside has no record";
}

TEST(FingerprintTest, OfAllThatDecides) {
  const Transcode step{.source_suffix = ".mp3", .target_suffix = ".wav"};
  const std::string same = Fingerprint(step);
  EXPECT_EQ(same.size(), 16U);
  EXPECT_EQ(Fingerprint(Transcode{step}), same);
  const std::function<void(Transcode&)> changes[] = {
      [](Transcode& t) { t.target_suffix = ".flac"; },
      [](Transcode& t) { t.encode.format = AudioFormat::kFlac; },
      [](Transcode& t) { t.encode.bitrate = 1; },
      [](Transcode& t) { t.encode.quality = 1; },
      [](Transcode& t) { t.encode.bit_depth = BitDepth::kInt24; },
      [](Transcode& t) { t.sample_rate = 16000; },
      [](Transcode& t) { t.channels = 1; },
      [](Transcode& t) { t.resampler = ResamplerMethod::kHigh; },
      [](Transcode& t) { t.crop_seconds = 1; },
      [](Transcode& t) { t.seed = 1; },
      [](Transcode& t) { t.on_damage = OnDamage::kKeep; },
  };
  std::vector<std::string> seen = {same};
  for (const auto& change : changes) {
    Transcode other = step;
    change(other);
    EXPECT_THAT(seen, Not(testing::Contains(Fingerprint(other))));
    seen.push_back(Fingerprint(other));
  }
}

}  // namespace
}  // namespace klay
