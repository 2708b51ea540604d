// WriteFiles and what it stands on: files that appear whole or not at all.
#include "beam/io/write_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/local_byte_sink.h"
#include "beam/io/local_file_system.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/test_files.h"
#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"
#include "beam/transforms/reshuffle.h"

namespace beam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_files::ErrorOf;
using testing_files::TestFolder;

Bytes BytesOf(const std::string& text) {
  const auto* const begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

std::string ContentOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return in ? std::string(std::istreambuf_iterator<char>(in), {}) : "(not there)";
}

// Every name in the folder, hidden ones too.
std::vector<std::string> NamesIn(const TestFolder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (!entry.is_directory()) names.push_back(folder.Short(entry.path().string()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(LocalSinkTest, AppearsWholeOrNotAtAll) {
  for (const bool hidden : {false, true}) {
    for (const char* const before : {"", "what was there"}) {
      SCOPED_TRACE(testing::Message() << (hidden ? "hidden" : "without a name") << ", before: " << before);
      const TestFolder folder;
      if (*before != '\0') folder.File("a.txt", before);
      const std::string former = ContentOf(folder / "a.txt");
      {
        const auto given_up = internal::CreateLocalFile(folder / "a.txt", hidden);
        given_up->Write("half", 4);
        EXPECT_EQ(ContentOf(folder / "a.txt"), former);
      }
      EXPECT_EQ(NamesIn(folder).size(), *before == '\0' ? 0U : 1U);
      const auto sink = internal::CreateLocalFile(folder / "a.txt", hidden);
      sink->Write("0000 new", 8);
      sink->Rewrite(0, "brand", 4);
      sink->Write("!", 1);
      EXPECT_EQ(ContentOf(folder / "a.txt"), former);
      sink->Finish();
      EXPECT_EQ(ContentOf(folder / "a.txt"), "bran new!");
      EXPECT_THAT(NamesIn(folder), ElementsAre("a.txt"));
    }
  }
}

// Small pieces are put together before they are written; nobody may see that in the bytes.
TEST(LocalSinkTest, PiecesOfEverySizeInTheirOrder) {
  for (const std::size_t size : {1, 7, 1000, 16383, 16384, 16385, 50000}) {
    const TestFolder folder;
    const auto sink = internal::CreateLocalFile(folder / "a.txt");
    sink->Write(nullptr, 0);
    std::string expected;
    for (int i = 0; i < 40; ++i) {
      const std::string piece(i % 3 == 0 ? 1 : size, static_cast<char>('a' + i % 26));
      sink->Write(piece.data(), piece.size());
      expected += piece;
      if (i % 11 == 0) {
        sink->Rewrite(0, "!", 1);
        expected[0] = '!';
      }
    }
    sink->Finish();
    EXPECT_EQ(ContentOf(folder / "a.txt"), expected) << size;
  }
}

TEST(LocalSinkTest, ManyFilesFinishedTogether) {
  for (const bool hidden : {false, true}) {
    for (const int count : {1, 3, 20}) {
      const TestFolder folder;
      folder.Folder("1.txt/in the way");
      std::vector<std::unique_ptr<ByteSink>> sinks;
      std::vector<ByteSink*> pointers;
      for (int i = 0; i < count; ++i) {
        sinks.push_back(internal::CreateLocalFile(folder / (std::to_string(i) + ".txt"), hidden));
        sinks.back()->Write("text", 4);
        pointers.push_back(sinks.back().get());
      }
      const std::vector<std::string> errors = internal::FinishLocalFiles(pointers);
      sinks.clear();
      ASSERT_EQ(errors.size(), static_cast<std::size_t>(count));
      for (int i = 0; i < count; ++i) {
        if (i == 1) {
          EXPECT_THAT(errors[1], HasSubstr(folder / "1.txt"));
        } else {
          EXPECT_EQ(errors[static_cast<std::size_t>(i)], "");
          EXPECT_EQ(ContentOf(folder / (std::to_string(i) + ".txt")), "text");
        }
      }
      EXPECT_EQ(NamesIn(folder).size(), static_cast<std::size_t>(count > 1 ? count - 1 : 1));
    }
  }
}

TEST(LocalSinkTest, OnlyWhatADeadWriterLeftIsAbandoned) {
  const TestFolder folder;
  LocalFileSystem files;
  const std::string hidden = ".beam-0123456789abcdef.part";
  folder.File(hidden, "half of");
  folder.File("beam-0123456789abcdef.part", "no hidden file");
  folder.File(".beam-short.part", "not our name");
  folder.File("a.txt", "a text");
  for (const char* const name : {"beam-0123456789abcdef.part", ".beam-short.part", "a.txt", "nothing"}) {
    EXPECT_FALSE(files.RemoveAbandoned(folder / name)) << name;
  }
  {
    const int writer = ::open((folder / hidden).c_str(), O_WRONLY | O_CLOEXEC);
    ASSERT_EQ(::flock(writer, LOCK_EX), 0);
    EXPECT_FALSE(files.RemoveAbandoned(folder / hidden));
    ::close(writer);
  }
  EXPECT_TRUE(files.RemoveAbandoned(folder / hidden));
  EXPECT_THAT(NamesIn(folder), ElementsAre(".beam-short.part", "a.txt", "beam-0123456789abcdef.part"));
  const auto living = internal::CreateLocalFile(folder / "b.txt", true);
  for (const std::string& name : NamesIn(folder)) EXPECT_FALSE(files.RemoveAbandoned(folder / name)) << name;
}

TEST(WriteFileTest, MakesFoldersAndReplaces) {
  const TestFolder folder;
  WriteFile(folder / "deep/er/a.txt", "one");
  EXPECT_EQ(ContentOf(folder / "deep/er/a.txt"), "one");
  WriteFile(folder / "deep/er/a.txt", "");
  EXPECT_EQ(ContentOf(folder / "deep/er/a.txt"), "");
  folder.File("file");
  EXPECT_THAT(ErrorOf([&] { WriteFile(folder / "file/a.txt", "x"); }), HasSubstr(folder / "file/a.txt"));
}

TEST(WriteFilesTest, WritesAndNamesWhatFailed) {
  for (const int count : {0, 1, 7, 500}) {
    const TestFolder folder;
    folder.Folder("3.txt/in the way");
    folder.File("5.txt", "former");
    TestPipeline p;
    std::vector<FileContent> contents;
    std::vector<std::string> paths;
    for (int i = 0; i < count; ++i) {
      const std::string path = folder / (i % 2 == 0 ? "deep/" : "") + std::to_string(i) + ".txt";
      contents.push_back({path, BytesOf("text " + std::to_string(i))});
      if (i != 3) paths.push_back(path);
    }
    const auto [written, failed] = p | Create("Files", contents) | ParDo("Write", WriteFiles{});
    PAssert::That(written).ContainsInAnyOrder(paths);
    PAssert::That(failed | Map("Path", [](const WriteFailure& failure) { return failure.path; }))
        .ContainsInAnyOrder(count > 3 ? std::vector<std::string>{folder / "3.txt"} : std::vector<std::string>{});
    p.Run();
    for (int i = 0; i < count; ++i) {
      if (i == 3) continue;
      EXPECT_EQ(ContentOf(contents[static_cast<std::size_t>(i)].path), "text " + std::to_string(i));
    }
    for (const std::string& name : NamesIn(folder)) EXPECT_THAT(name, testing::Not(HasSubstr(".part")));
  }
}

TEST(WriteFilesTest, FaultsOfTheStoreAreFailures) {
  auto files = std::make_shared<MemoryFileSystem>();
  const auto faulty = std::make_shared<FaultyFileSystem>(files);
  const ScopedFileSystem scope("mem", faulty);
  faulty->FailWrite("mem://b", 1, "no space left");
  faulty->FailFinish("mem://c", "the upload was refused");
  TestPipeline p;
  const auto [written, failed] = p
      | Create("Files",
               {FileContent{"mem://a", BytesOf("a")}, FileContent{"mem://b", BytesOf("b")},
                FileContent{"mem://c", BytesOf("c")}, FileContent{"mem://d", {}}})
      | ParDo("Write", WriteFiles{});
  PAssert::That(written).ContainsInAnyOrder({"mem://a", "mem://d"});
  PAssert::That(failed).Satisfies("Named", [](const std::vector<WriteFailure>& failures) {
    std::map<std::string, std::string> reasons;
    for (const WriteFailure& failure : failures) reasons[failure.path] = failure.reason;
    return reasons.size() == 2 && reasons["mem://b"].find("no space left") != std::string::npos
        && reasons["mem://c"].find("the upload was refused") != std::string::npos;
  });
  p.Run();
  EXPECT_THAT(files->Paths(), ElementsAre("mem://a", "mem://d"));
}

}  // namespace
}  // namespace beam
