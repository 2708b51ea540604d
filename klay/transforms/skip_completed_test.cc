// What is completed and what is not: klay_beam's rules as a table, and where ours are stricter.
#include "klay/transforms/skip_completed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/match_files.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/test_files.h"
#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"

namespace klay {
namespace {

using beam::FileMetadata;
using beam::MemoryFileSystem;
using beam::testing_files::TestFolder;
using testing::HasSubstr;

// "process", "skip" or the reason of the failure.
std::string Decide(const SkipCompleted& step, const FileMetadata& file) {
  beam::TestPipeline p;
  const auto [to_do, skipped, failed] = p | beam::Create("Files", {file}) | beam::ParDo("Skip", step);
  static std::string decided;
  decided.clear();
  to_do | beam::ForEach("To Do", [](const FileMetadata&) { decided += "process"; });
  skipped | beam::ForEach("Skipped", [](const Failure&) { decided += "skip"; });
  failed | beam::ForEach("Failed", [](const Failure& failure) { decided += failure.reason; });
  p.Run();
  return decided;
}

constexpr double kNever = std::numeric_limits<double>::infinity();

class SkipCompletedTest : public testing::Test {
 protected:
  std::shared_ptr<MemoryFileSystem> files_ = std::make_shared<MemoryFileSystem>();
  std::shared_ptr<beam::FaultyFileSystem> counted_ = std::make_shared<beam::FaultyFileSystem>(files_);
  beam::ScopedFileSystem scope_{"mem", counted_};
};

TEST_F(SkipCompletedTest, TheOriginalsTable) {
  for (const char* const name : {"exists.01.txt", "exists.02.txt", "exists.03.txt"}) {
    files_->Put(std::string("mem://data/") + name, "x", 100);
  }
  files_->Put("mem://data/two.a", "x", 100);
  files_->Put("mem://data/two.b", "x", 50);
  files_->Put("mem://data/t.wav.mp3", "x", 100);
  const std::string from = "mem://dummy/dir";
  const std::string to = "mem://data";
  const struct {
    const char* what;
    SkipCompleted step;
    FileMetadata file;
    const char* expected;
  } cases[] = {
      {"there", {".wav", {".01.txt"}}, {to + "/exists.wav"}, "skip"},
      {"moved, three", {".wav", {".01.txt", ".02.txt", ".03.txt"}, from, to}, {from + "/exists.wav"}, "skip"},
      {"one is missing", {".wav", {".01.txt", ".04.txt", ".03.txt"}, from, to}, {from + "/exists.wav"}, "process"},
      {"overwrite", {".wav", {".01.txt"}, "", "", false, true}, {to + "/exists.wav"}, "process"},
      {"source is newer", {".wav", {".01.txt"}, "", "", true}, {to + "/exists.wav", 0, kNever}, "process"},
      {"source is older", {".wav", {".01.txt"}, "", "", true}, {to + "/exists.wav", 0, 1}, "skip"},
      {"a second older", {".wav", {".01.txt"}, "", "", true}, {to + "/exists.wav", 0, 99}, "skip"},
      {"as old", {".wav", {".01.txt"}, "", "", true}, {to + "/exists.wav", 0, 100}, "skip"},
      {"half a second newer", {".wav", {".01.txt"}, "", "", true}, {to + "/exists.wav", 0, 100.5}, "process"},
      {"times do not count", {".wav", {".01.txt"}}, {to + "/exists.wav", 0, kNever}, "skip"},
      {"one of two is older", {".wav", {".a", ".b"}, "", "", true}, {to + "/two.wav", 0, 75}, "process"},
      {"another suffix", {".flac", {".mp3"}}, {to + "/t.wav"}, "skip"},
      {"no old suffix", {"", {".mp3"}}, {to + "/t.wav"}, "skip"},
      {"no such folder", {".wav", {".mp3"}}, {"mem://nowhere/t.wav"}, "process"},
  };
  for (const auto& c : cases) EXPECT_EQ(Decide(c.step, c.file), c.expected) << c.what;
  EXPECT_THAT(Decide({".wav", {".mp3"}, "mem://a", "mem://b"}, {"mem://other/t.wav"}), HasSubstr("mem://other/t.wav"));
  EXPECT_THAT(Decide({".wav", {".mp3"}, "mem://a", "mem://b", false, true}, {"mem://other/t.wav"}),
              HasSubstr("mem://other/t.wav"));
}

TEST_F(SkipCompletedTest, NamesAreLiteral) {
  for (const char* const name : {"song l.mp3", "whatX.mp3", "st-r.mp3", "CASE.mp3", "cafe\xCC\x81.mp3"}) {
    files_->Put(std::string("mem://d/") + name, "x");
  }
  for (const char* const name : {"song [live]", "what?", "st*r", "case", "caf\xC3\xA9", "song ", "song l.mp"}) {
    EXPECT_EQ(Decide({".wav", {".mp3"}}, {std::string("mem://d/") + name + ".wav"}), "process") << name;
    files_->Put(std::string("mem://d/") + name + ".mp3", "x");
    EXPECT_EQ(Decide({".wav", {".mp3"}}, {std::string("mem://d/") + name + ".wav"}), "skip") << name;
  }
}

TEST_F(SkipCompletedTest, EmptyFilesAndFoldersAreNotCompleted) {
  files_->Put("mem://d/empty.mp3", "");
  files_->Put("mem://d/folder.mp3/file", "x");
  files_->Put("mem://d/deep/file.mp3", "x");
  for (const char* const name : {"empty", "folder", "file"}) {
    EXPECT_EQ(Decide({".wav", {".mp3"}}, {std::string("mem://d/") + name + ".wav"}), "process") << name;
  }
}

TEST_F(SkipCompletedTest, EachFolderIsListedOnceAndNoFileIsLookedUp) {
  constexpr int kFolders = 20;
  constexpr int kFiles = 50;
  std::vector<FileMetadata> sources;
  for (int folder = 0; folder < kFolders; ++folder) {
    for (int file = 0; file < kFiles; ++file) {
      const std::string name = std::to_string(folder) + "/" + std::to_string(file);
      sources.push_back({"mem://in/" + name + ".wav"});
      if (file % 3 != 0) files_->Put("mem://out/" + name + ".mp3", "x");
      if (file % 2 != 0) files_->Put("mem://out/" + name + ".json", "x");
    }
  }
  for (const int workers : {1, 4}) {
    const auto before = counted_->requests();
    beam::PipelineOptions options = beam::TestPipeline::DefaultOptions();
    options.direct_num_workers = workers;
    beam::TestPipeline p(options);
    const auto [to_do, skipped, failed] = p
        | beam::Create("Files", sources)
        | beam::ParDo("Skip", SkipCompleted{".wav", {".mp3", ".json"}, "mem://in", "mem://out"});
    // Of 50 files, 33 have one target and 25 the other; 17 have both.
    beam::PAssert::That(skipped | beam::Map("1", [](const Failure&) { return 1; }))
        .ContainsInAnyOrder(std::vector<int>(kFolders * 17, 1));
    beam::PAssert::That(to_do | beam::Map("2", [](const FileMetadata&) { return 1; }))
        .ContainsInAnyOrder(std::vector<int>(kFolders * (kFiles - 17), 1));
    beam::PAssert::That(failed).IsEmpty();
    p.Run();
    EXPECT_EQ(counted_->requests().lists - before.lists, kFolders);
    EXPECT_EQ(counted_->requests().statuses, before.statuses);
  }
}

TEST_F(SkipCompletedTest, AFolderThatCannotBeListedFailsTheRun) {
  files_->Put("mem://d/a.mp3", "x");
  counted_->FailListing("mem://d/a.mp3", "the store is away");
  EXPECT_THAT(beam::testing_files::ErrorOf([] { Decide({".wav", {".mp3"}}, {"mem://d/a.wav"}); }),
              HasSubstr("the store is away"));
}

TEST_F(SkipCompletedTest, FieldsThatMakeNoSense) {
  using beam::testing_files::ErrorOf;
  EXPECT_THAT(ErrorOf([] { SkipCompleted{".wav", {}}.Validate(); }), HasSubstr("new_suffixes"));
  EXPECT_THAT(ErrorOf([] { SkipCompleted{".wav", {".mp3"}, "a"}.Validate(); }), HasSubstr("both or neither"));
  EXPECT_THAT(ErrorOf([] { SkipCompleted{".wav", {".mp3"}, "", "b"}.Validate(); }), HasSubstr("both or neither"));
}

TEST(SkipCompletedOnDiskTest, WhatDeadWritersLeftIsDeleted) {
  const TestFolder folder;
  folder.File("a.wav", "x");
  folder.File("a.mp3", "x");
  folder.File(".beam-0123456789abcdef.part", "half of b.mp3");
  EXPECT_EQ(Decide({".wav", {".mp3"}}, {folder / "a.wav"}), "skip");
  EXPECT_FALSE(std::filesystem::exists(folder / ".beam-0123456789abcdef.part"));
}

}  // namespace
}  // namespace klay
