#include "beam/io/memory_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/readable_file.h"
#include "beam/io/test_files.h"

namespace beam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_files::ErrorOf;
using testing_files::ReadWhole;

std::vector<std::string> List(FileSystem& files, const std::string& prefix, const ListOptions& options = {}) {
  std::vector<std::string> paths;
  const std::unique_ptr<FileListing> listing = files.List(prefix, options);
  FileMetadata entry;
  while (listing->Next(entry)) paths.push_back(entry.path);
  return paths;
}

TEST(MemoryFiles, AreListedLikeObjects) {
  MemoryFileSystem files;
  for (const char* path : {"mem://m/a1", "mem://m/a2/x", "mem://m/a2/y", "mem://m/a2-", "mem://n"}) files.Put(path, "");
  EXPECT_THAT(List(files, "mem://m/"), ElementsAre("mem://m/a1", "mem://m/a2-", "mem://m/a2/x", "mem://m/a2/y"));
  ListOptions level;
  level.recursive = false;
  EXPECT_THAT(List(files, "mem://m/", level), ElementsAre("mem://m/a1", "mem://m/a2-", "mem://m/a2/"));
  level.start_after = "mem://m/a2-";
  EXPECT_THAT(List(files, "mem://m/", level), ElementsAre("mem://m/a2/"));
  level.start_after = "mem://m/a2/";
  EXPECT_THAT(List(files, "mem://m/", level), IsEmpty());
  ListOptions rest;
  rest.start_after = "mem://m/a2/x";
  EXPECT_THAT(List(files, "mem://m/", rest), ElementsAre("mem://m/a2/y"));
  rest.keep = [](std::string_view path) { return path.ends_with('x'); };
  EXPECT_THAT(List(files, "mem://m/", rest), IsEmpty());
}

TEST(MemoryFiles, AreWrittenWhenFinished) {
  MemoryFileSystem files;
  files.OpenWrite("mem://lost")->Write("x", 1);
  const std::unique_ptr<ByteSink> sink = files.OpenWrite("mem://a");
  sink->Write("12", 2);
  EXPECT_FALSE(files.Status("mem://a"));
  sink->Finish();
  EXPECT_EQ(files.Get("mem://a"), "12");
  EXPECT_THAT(files.Paths(), ElementsAre("mem://a"));
  EXPECT_EQ(files.Status("mem://a")->metadata, (FileMetadata{"mem://a", 2, 1}));
  files.Put("mem://b/c", "");
  EXPECT_EQ(files.Status("mem://b")->kind, FileKind::kDirectory);
  files.Rename("mem://a", "mem://b/c");
  EXPECT_EQ(files.Get("mem://b/c"), "12");
  EXPECT_TRUE(files.Delete("mem://b/c"));
  EXPECT_FALSE(files.Delete("mem://b/c"));
  EXPECT_THAT(ErrorOf([&] { files.OpenRead("mem://a"); }), HasSubstr("\"mem://a\": there is no such file"));
  EXPECT_THAT(ErrorOf([&] { files.Rename("mem://a", "mem://b"); }), HasSubstr("no such file"));
}

TEST(MemoryFiles, StayAsTheyWereForWhoeverHasThemOpen) {
  MemoryFileSystem files;
  files.Put("mem://a", "old content");
  const std::unique_ptr<ByteSource> source = files.OpenRead("mem://a");
  files.Put("mem://a", "new");
  source->Seek(4);
  EXPECT_EQ(ReadWhole(*source, 3), "content");
  EXPECT_EQ(source->Size(), 11u);
}

class Faults : public testing::Test {
 protected:
  Faults() : memory_(std::make_shared<MemoryFileSystem>()), faulty_(std::make_shared<FaultyFileSystem>(memory_)) {
    memory_->Put("mem://a", "0123456789");
    memory_->Put("mem://b", "b");
  }
  std::string Read(const std::string& path, std::size_t step = 4) { return ReadWhole(*faulty_->OpenRead(path), step); }
  void Write(const std::string& path) {
    const std::unique_ptr<ByteSink> sink = faulty_->OpenWrite(path);
    sink->Write("1", 1);
    sink->Write("2", 1);
    sink->Finish();
  }

  std::shared_ptr<MemoryFileSystem> memory_;
  std::shared_ptr<FaultyFileSystem> faulty_;
};

TEST_F(Faults, HappenWhereAndAsOftenAsAsked) {
  faulty_->FailOpen("mem://a", "busy", 2).FailRead("mem://b", 2, "reset", 1);
  EXPECT_EQ(ErrorOf([&] { Read("mem://a"); }), "cannot open \"mem://a\": busy");
  EXPECT_EQ(ErrorOf([&] { Read("mem://a"); }), "cannot open \"mem://a\": busy");
  EXPECT_EQ(Read("mem://a"), "0123456789");
  EXPECT_EQ(ErrorOf([&] { Read("mem://b"); }), "cannot read \"mem://b\": reset");
  EXPECT_EQ(Read("mem://b"), "b");
  EXPECT_EQ(faulty_->requests().opens, 5);
}

TEST_F(Faults, ShortenReadsAndFiles) {
  faulty_->ShortReads(3);
  char buffer[10];
  EXPECT_EQ(faulty_->OpenRead("mem://a")->Read(buffer, 10), 3u);
  EXPECT_EQ(Read("mem://a"), "0123456789");
  faulty_->Truncate("mem://a", 5);
  EXPECT_EQ(Read("mem://a"), "01234");
  EXPECT_EQ(faulty_->OpenRead("mem://a")->Size(), 10u);
}

TEST_F(Faults, DamageAByte) {
  faulty_->Damage("mem://a", 4);
  EXPECT_EQ(Read("mem://a"), "0123556789");
  faulty_->ShortReads(2);
  EXPECT_EQ(Read("mem://a"), "0123556789");
  EXPECT_EQ(memory_->Get("mem://a"), "0123456789");
}

TEST_F(Faults, DeleteBetweenMatchAndRead) {
  faulty_->Vanish("mem://a");
  EXPECT_THAT(List(*faulty_, "mem://"), ElementsAre("mem://a", "mem://b"));
  EXPECT_THAT(ErrorOf([&] { Read("mem://a"); }), HasSubstr("no such file"));
}

TEST_F(Faults, BreakWrites) {
  faulty_->FailWrite("mem://c", 2, "disk full", 1).FailFinish("mem://d", "quota", 1);
  EXPECT_EQ(ErrorOf([&] { Write("mem://c"); }), "cannot write \"mem://c\": disk full");
  EXPECT_EQ(ErrorOf([&] { Write("mem://d"); }), "cannot write \"mem://d\": quota");
  EXPECT_THAT(memory_->Paths(), ElementsAre("mem://a", "mem://b"));
  Write("mem://c");
  Write("mem://d");
  EXPECT_EQ(memory_->Get("mem://d"), "12");
}

TEST(FileSystems, AreChosenByScheme) {
  const auto memory = std::make_shared<MemoryFileSystem>();
  EXPECT_THAT(ErrorOf([] { FileSystemFor("mem://a"); }), HasSubstr("no file system is registered for mem://"));
  {
    const ScopedFileSystem scope("mem", memory);
    EXPECT_EQ(FileSystemFor("mem://a"), memory);
    EXPECT_EQ(FileSystemFor("MEM://a"), memory);
    EXPECT_THAT(ErrorOf([] { FileSystemFor("ftp://a"); }),
                HasSubstr("supports local paths, abfs://, az://, file://, gs://, hdfs://, mem://, s3://"));
    EXPECT_THAT(ErrorOf([] { FileSystemFor("abfss://box@account.dfs.core.windows.net/a"); }),
                HasSubstr("is written abfs://CONTAINER/NAME here, and its account is named by AZURE_STORAGE_ACCOUNT"));
    EXPECT_THAT(ErrorOf([] { FileSystemFor("AZFS://account/box/a"); }), HasSubstr("abfs://CONTAINER/NAME"));
    EXPECT_EQ(ErrorOf([] { FileSystemFor("s3a://bucket/a"); }), "\"s3a://bucket/a\" is written s3://BUCKET/NAME here");
    const auto other = std::make_shared<MemoryFileSystem>();
    {
      const ScopedFileSystem inner("mem", other);
      EXPECT_EQ(FileSystemFor("mem://a"), other);
    }
    EXPECT_EQ(FileSystemFor("mem://a"), memory);
  }
  EXPECT_THROW(FileSystemFor("mem://a"), Error);
  EXPECT_EQ(FileSystemFor("a/b"), FileSystemFor("file:///a"));
}

}  // namespace
}  // namespace beam
