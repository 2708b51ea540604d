#include "beam/io/match_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/local_file_system.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/read_matches.h"
#include "beam/io/test_files.h"
#include "beam/runners/direct/direct_runner.h"
#include "beam/transforms/map.h"
#include "beam/transforms/reshuffle.h"

namespace beam {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;
using testing_files::TestFolder;

// What the steps of the test's pipeline saw. Lambdas of a pipeline capture nothing, so it is one for the process.
struct Seen {
  std::mutex mutex;
  std::vector<std::string> texts;
};
Seen seen;

void See(std::string text) {
  const std::lock_guard lock(seen.mutex);
  seen.texts.push_back(std::move(text));
}

// A step as real ones are: what cannot be read goes on as data.
struct ReadFn {
  void ProcessElement(const ReadableFile& file, Output<std::string> content,
                      Output<KV<std::string, std::string>, "failed"> failed) const {
    try {
      content.Emit(file.ReadUtf8());
    } catch (const Error& error) {
      failed.Emit({file.metadata.path, error.what()});
    }
  }
};

class MatchFilesPipeline : public testing::Test {
 protected:
  MatchFilesPipeline() { seen.texts.clear(); }

  // The texts that steps saw in a run that succeeds, sorted.
  std::vector<std::string> Run() {
    const std::unique_ptr<PipelineResult> result = RunDirect(p_, {.num_workers = 2});
    EXPECT_EQ(result->WaitUntilFinish(), PipelineState::kDone) << result->error();
    std::sort(seen.texts.begin(), seen.texts.end());
    return seen.texts;
  }

  std::string RunAndFail() {
    const std::unique_ptr<PipelineResult> result = RunDirect(p_, {.num_workers = 2, .max_attempts = 1});
    EXPECT_EQ(result->WaitUntilFinish(), PipelineState::kFailed);
    return result->error();
  }

  Pipeline p_;
  const TestFolder folder_;
};

auto SeePaths() {
  return ForEach("See", [](const FileMetadata& file) { See(file.path.substr(file.path.rfind('/') + 1)); });
}

TEST_F(MatchFilesPipeline, GivesMetadata) {
  folder_.File("a.mp3", "123");
  folder_.File("b.wav");
  p_ | MatchFiles("Match", folder_ / "**.mp3") | ForEach("See", [](const FileMetadata& file) {
    See(file.path.substr(file.path.rfind('/') + 1) + " " + std::to_string(file.size_in_bytes) + " "
        + (file.last_updated_in_seconds > 1e9 ? "dated" : "undated"));
  });
  EXPECT_THAT(Run(), ElementsAre("a.mp3 3 dated"));
}

TEST_F(MatchFilesPipeline, TakesSeveralPatterns) {
  for (const char* name : {"a.mp3", "b.wav", "c.ogg"}) folder_.File(name);
  p_ | MatchFiles("Match", std::vector<std::string>{folder_ / "*.mp3", folder_ / "*.ogg"}) | SeePaths();
  EXPECT_THAT(Run(), ElementsAre("a.mp3", "c.ogg"));
}

TEST_F(MatchFilesPipeline, TakesPatternsInBraces) {
  const auto files = std::make_shared<MemoryFileSystem>();
  const ScopedFileSystem scope("mem", files);
  for (const char* path : {"mem://m/a.mp3", "mem://m/b.ogg", "mem://m/c.wav"}) files->Put(path, "");
  p_ | MatchFiles("Match", {"mem://m/*.mp3", "mem://m/*.ogg"}) | SeePaths();
  EXPECT_THAT(Run(), ElementsAre("a.mp3", "b.ogg"));
}

TEST_F(MatchFilesPipeline, MatchesPatternsThatArePassedAsElements) {
  for (const char* name : {"a.mp3", "b.wav"}) folder_.File(name);
  p_
      | Create("Patterns", std::vector<std::string>{folder_ / "*.mp3", folder_ / "b.wav", folder_ / "missing"})
      | MatchAll("Match")
      | SeePaths();
  EXPECT_THAT(Run(), ElementsAre("a.mp3", "b.wav"));
}

TEST_F(MatchFilesPipeline, FailsByNameWhereAnEmptyMatchIsNotAllowed) {
  p_ | MatchFiles("Match", folder_ / "missing.mp3") | SeePaths();
  EXPECT_THAT(RunAndFail(), AllOf(HasSubstr("Match"), HasSubstr("there is nothing at"), HasSubstr("missing.mp3")));
}

TEST_F(MatchFilesPipeline, AllowsAnEmptyMatchOfAWildcard) {
  p_ | MatchFiles("Match", folder_ / "**.mp3") | SeePaths();
  EXPECT_THAT(Run(), ElementsAre());
}

TEST_F(MatchFilesPipeline, TreatsAnEmptyMatchAsAsked) {
  p_ | MatchFiles("Match", folder_ / "**.mp3", EmptyMatchTreatment::kDisallow) | SeePaths();
  EXPECT_THAT(RunAndFail(), HasSubstr("no file matches"));
}

// Far more files than the runner lets one slice emit, with readers that are hungry: many yields, no loss, no double.
TEST_F(MatchFilesPipeline, GivesEachOfManyFilesOnce) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) {
    names.push_back(std::to_string(10000 + i));
    folder_.File("d" + std::to_string(i % 20) + "/" + names.back());
  }
  const auto faulty = std::make_shared<FaultyFileSystem>(std::make_shared<LocalFileSystem>());
  const ScopedFileSystem scope("", faulty);
  p_ | MatchFiles("Match", folder_ / "**") | Reshuffle("Prevent Fusion") | SeePaths();
  EXPECT_EQ(Run(), names);
  // Yields resume the cursor that rests, they do not list anew.
  EXPECT_EQ(faulty->requests().lists, 1);
}

TEST_F(MatchFilesPipeline, EveryBadInputEndsAsFailed) {
  folder_.File("good [live]?.txt", "good");
  folder_.File("new\nline\xFF.txt", "strange name");
  folder_.File("latin1.txt", "caf\xE9");
  folder_.File("broken.txt.gz", "no gzip");
  folder_.Fifo("pipe.txt");
  folder_.Link("dangling.txt", "nothing");
  folder_.Folder("folder.txt");
  folder_.File("vanishing.txt", "x");
  const auto faulty = std::make_shared<FaultyFileSystem>(std::make_shared<LocalFileSystem>());
  const ScopedFileSystem scope("", faulty);
  faulty->Vanish(folder_ / "vanishing.txt");

  auto [content, failed] = p_
      | MatchFiles("Match", std::vector<std::string>{folder_ / "**", folder_ / "folder.txt"})
      | ReadMatches("Read")
      | ParDo("Load", ReadFn{});
  content | ForEach("See", [](const std::string& text) { See("read: " + text); });
  failed | ForEach("See Failed", [](const KV<std::string, std::string>& failure) {
    See(failure.key.substr(failure.key.rfind('/') + 1) + ": " + failure.value);
  });
  EXPECT_THAT(
      Run(),
      UnorderedElementsAre("read: good", "read: strange name", AllOf(HasSubstr("latin1.txt"), HasSubstr("byte 3")),
                           AllOf(HasSubstr("broken.txt.gz"), HasSubstr("is damaged")),
                           AllOf(HasSubstr("pipe.txt"), HasSubstr("a FIFO")),
                           AllOf(HasSubstr("dangling.txt"), HasSubstr("No such file")),
                           AllOf(HasSubstr("folder.txt"), HasSubstr("a folder")),
                           AllOf(HasSubstr("vanishing.txt"), HasSubstr("No such file"))));
}

TEST_F(MatchFilesPipeline, FailsByNameWhereAListingFails) {
  for (const char* name : {"a", "b"}) folder_.File(name);
  const auto faulty = std::make_shared<FaultyFileSystem>(std::make_shared<LocalFileSystem>());
  const ScopedFileSystem scope("", faulty);
  faulty->FailListing(folder_ / "b", "the disk is on fire");
  p_ | MatchFiles("Match", folder_ / "**") | SeePaths();
  EXPECT_THAT(RunAndFail(), AllOf(HasSubstr("Match"), HasSubstr("the disk is on fire")));
}

TEST_F(MatchFilesPipeline, ReadMatchesTakesPathsAndDropsFolders) {
  const auto files = std::make_shared<MemoryFileSystem>();
  const ScopedFileSystem scope("mem", files);
  files->Put("mem://a", "content of a");
  p_
      | Create("Paths", {"mem://a", "mem://folder/", "back\\"})
      | ReadMatches("Read", Compression::kNone)
      | ForEach("See", [](const ReadableFile& file) { See(file.Read()); });
  EXPECT_THAT(Run(), ElementsAre("content of a"));
}

TEST(ReadableFileRow, KeepsItsFieldsAsAnElement) {
  const ReadableFile file{{"a\xFF\n", 5, 1.25}, Compression::kZstd};
  Writer out;
  Coder<ReadableFile>::Encode(file, out);
  Reader in(out.view());
  const ReadableFile copy = Coder<ReadableFile>::Decode(in);
  EXPECT_EQ(copy.metadata, file.metadata);
  EXPECT_EQ(copy.compression, file.compression);
}

}  // namespace
}  // namespace beam
