#include "beam/io/readable_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/local_file_system.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/test_files.h"

namespace beam {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing_files::ErrorOf;
using testing_files::ReadWhole;
using testing_files::TestFolder;

class ReadableFiles : public testing::Test {
 protected:
  ReadableFiles()
      : memory_(std::make_shared<MemoryFileSystem>()),
        faulty_(std::make_shared<FaultyFileSystem>(memory_)),
        scope_("mem", faulty_) {}

  ReadableFile Put(const std::string& path, const std::string& bytes) {
    memory_->Put(path, bytes);
    return {{path, static_cast<std::int64_t>(bytes.size()), 0}};
  }

  std::shared_ptr<MemoryFileSystem> memory_;
  std::shared_ptr<FaultyFileSystem> faulty_;
  ScopedFileSystem scope_;
};

TEST_F(ReadableFiles, AreOpenedOnlyWhenAsked) {
  const ReadableFile file = Put("mem://a", "0123456789");
  EXPECT_EQ(faulty_->requests().opens, 0);
  const std::unique_ptr<ByteSource> source = file.Open();
  source->Seek(7);
  EXPECT_EQ(ReadWhole(*source), "789");
  EXPECT_EQ(faulty_->requests().opens, 1);
}

TEST_F(ReadableFiles, AreReadWhole) {
  for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 1000000u}) {
    const std::string bytes(size, 'x');
    EXPECT_TRUE(Put("mem://a", bytes).Read() == bytes) << size;
    faulty_->ShortReads(40000);
    EXPECT_TRUE(Put("mem://a", bytes).Read() == bytes) << size;
  }
}

TEST_F(ReadableFiles, AreReadUpToALimit) {
  const ReadableFile file = Put("mem://a", "0123456789");
  EXPECT_EQ(file.Read(10), "0123456789");
  EXPECT_THAT(ErrorOf([&] { file.Read(9); }), AllOf(HasSubstr("\"mem://a\""), HasSubstr("more than 9 bytes")));
}

TEST_F(ReadableFiles, CountTheLimitInDecompressedBytes) {
  std::string bytes(1000000, 'x');
  uLongf size = compressBound(bytes.size());
  std::string compressed(size, '\0');
  ASSERT_EQ(compress(reinterpret_cast<Bytef*>(compressed.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                     bytes.size()),
            Z_OK);
  compressed.resize(size);
  const ReadableFile file = Put("mem://a.deflate", compressed);
  EXPECT_TRUE(file.Read(1000000) == bytes);
  EXPECT_THAT(ErrorOf([&] { file.Read(999999); }), HasSubstr("more than 999999 bytes"));
  ReadableFile raw = file;
  raw.compression = Compression::kNone;
  EXPECT_TRUE(raw.Read() == compressed);
}

TEST_F(ReadableFiles, AreCheckedToBeText) {
  EXPECT_EQ(Put("mem://a", "h\xC3\xA9llo").ReadUtf8(), "h\xC3\xA9llo");
  EXPECT_THAT(ErrorOf([&] { Put("mem://a", "0123456789abcdef\xE9").ReadUtf8(); }),
              AllOf(HasSubstr("\"mem://a\" is not UTF-8"), HasSubstr("byte 16")));
}

TEST_F(ReadableFiles, PassReadErrorsOn) {
  const ReadableFile file = Put("mem://a", "0123456789");
  faulty_->FailRead("mem://a", 2, "connection reset").ShortReads(4);
  EXPECT_THAT(ErrorOf([&] { file.Read(); }), HasSubstr("connection reset"));
  memory_->Delete("mem://a");
  EXPECT_THAT(ErrorOf([&] { file.Open(); }), HasSubstr("no such file"));
}

TEST_F(ReadableFiles, KnowWhetherTheyAreWhatWasListed) {
  const auto listed = [&] {
    memory_->Put("mem://a", "0123", 100);
    return ReadableFile{memory_->Status("mem://a")->metadata};
  };
  ReadableFile file = listed();
  file.CheckUnchanged();
  const std::int64_t requests = faulty_->requests().statuses;
  memory_->Put("mem://a", "0123", 101);
  EXPECT_THAT(ErrorOf([&] { file.CheckUnchanged(); }), HasSubstr("\"mem://a\" was changed or replaced"));
  EXPECT_EQ(faulty_->requests().statuses, requests + 1);
  memory_->Put("mem://a", "01234", 100);
  EXPECT_THAT(ErrorOf([&] { file.CheckUnchanged(); }), HasSubstr("changed or replaced"));
  memory_->Delete("mem://a");
  EXPECT_THAT(ErrorOf([&] { file.CheckUnchanged(); }), HasSubstr("was deleted"));
  memory_->Put("mem://a/folder", "");
  EXPECT_THAT(ErrorOf([&] { file.CheckUnchanged(); }), HasSubstr("changed or replaced"));
  ReadableFile{{"mem://of a list of names"}}.CheckUnchanged();

  file = listed();
  faulty_->ReplaceOnceOpened("mem://a", "other");
  EXPECT_EQ(file.Read(), "0123");
  EXPECT_THAT(ErrorOf([&] { file.CheckUnchanged(); }), HasSubstr("changed or replaced"));
  EXPECT_EQ(file.Read(), "other");
}

TEST_F(ReadableFiles, OfAKnownVersionAreThatOneOrNone) {
  memory_->TellVersions();
  memory_->Put("mem://a", "0123", 100);
  FileMetadata metadata;
  ASSERT_TRUE(memory_->List("mem://", {})->Next(metadata));
  EXPECT_NE(metadata.version, 0);
  EXPECT_EQ(memory_->Status("mem://a")->metadata, metadata);
  const ReadableFile file{metadata};
  const std::unique_ptr<ByteSource> source = file.Open();
  const std::int64_t requests = faulty_->requests().statuses;
  // The same bytes at the same time, but put anew.
  memory_->Put("mem://a", "0123", 100);
  EXPECT_THAT(ErrorOf([&] { file.Open(); }), HasSubstr("\"mem://a\" was changed or replaced after it was listed"));
  EXPECT_EQ(ReadWhole(*source), "0123");
  // What was opened before is what was listed: nobody has to ask.
  file.CheckUnchanged();
  EXPECT_EQ(faulty_->requests().statuses, requests);
  memory_->Delete("mem://a");
  EXPECT_THAT(ErrorOf([&] { file.Open(); }), HasSubstr("no such file"));
}

TEST(ReadableFile, KnowsWhetherItIsWhatWasListedOnDisk) {
  const TestFolder folder;
  folder.File("a", "0123");
  folder.Link("link", "a");
  LocalFileSystem files;
  for (const std::string name : {"a", "link"}) {
    FileMetadata metadata;
    const auto listing = files.List(folder / name, {});
    ASSERT_TRUE(listing->Next(metadata));
    const ReadableFile file{metadata};
    file.CheckUnchanged();
    folder.File("a", "01234");
    EXPECT_THAT(ErrorOf([&] { file.CheckUnchanged(); }), HasSubstr("changed or replaced"));
    folder.File("b", "0123");
    std::filesystem::rename(folder / "b", folder / "a");
    EXPECT_THAT(ErrorOf([&] { file.CheckUnchanged(); }), HasSubstr("changed or replaced"));
  }
}

TEST(ReadableFile, ReadsFilesOfTheMachineThatTellNoSize) {
  const ReadableFile file{{"/proc/self/status"}};
  EXPECT_THAT(file.ReadUtf8(), HasSubstr("Pid:"));
}

TEST(ReadableFile, IsRefusedWhereItIsAFolder) {
  const TestFolder folder;
  folder.Folder("a.mp3");
  EXPECT_THAT(ErrorOf([&] { ReadableFile{{folder / "a.mp3"}}.Read(); }), HasSubstr("it is a folder"));
}

}  // namespace
}  // namespace beam
