#include "beam/io/local_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <random>
#include <set>

#include "beam/io/test_files.h"

namespace beam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_files::ErrorOf;
using testing_files::ListPaths;
using testing_files::ReadWhole;
using testing_files::TestFolder;

// Acts as a user without rights for as long as it lives; root may read everything otherwise.
class Unprivileged {
 public:
  Unprivileged() : former_(::setfsuid(65534)) {}
  ~Unprivileged() { ::setfsuid(static_cast<uid_t>(former_)); }

 private:
  int former_;
};

TEST(LocalListing, IsInOrderOfPathBytes) {
  const TestFolder folder;
  for (const char* name : {"a/x", "a.mp3", "a-b", "a/b/y", "a0", "B", "b"}) folder.File(name);
  LocalFileSystem files;
  EXPECT_THAT(ListPaths(files, folder, ""), ElementsAre("B", "a-b", "a.mp3", "a/b/y", "a/x", "a0", "b"));
}

TEST(LocalListing, GivesWhatStartsWithThePrefix) {
  const TestFolder folder;
  for (const char* name : {"m/a1", "m/a2/x", "m/b", "ma", "n"}) folder.File(name);
  LocalFileSystem files;
  EXPECT_THAT(ListPaths(files, folder, "m"), ElementsAre("m/a1", "m/a2/x", "m/b", "ma"));
  EXPECT_THAT(ListPaths(files, folder, "m/"), ElementsAre("m/a1", "m/a2/x", "m/b"));
  EXPECT_THAT(ListPaths(files, folder, "m/a"), ElementsAre("m/a1", "m/a2/x"));
  EXPECT_THAT(ListPaths(files, folder, "m/a2/x"), ElementsAre("m/a2/x"));
  EXPECT_THAT(ListPaths(files, folder, "q"), IsEmpty());
  EXPECT_THAT(ListPaths(files, folder, "q/r/s"), IsEmpty());
  EXPECT_THAT(ListPaths(files, folder, "n/x"), IsEmpty());
}

TEST(LocalListing, OneLevelShowsFolders) {
  const TestFolder folder;
  for (const char* name : {"m/a1", "m/a2/x", "m/b/c/y", "n"}) folder.File(name);
  LocalFileSystem files;
  ListOptions options;
  options.recursive = false;
  EXPECT_THAT(ListPaths(files, folder, "m/", options), ElementsAre("m/a1", "m/a2/", "m/b/"));
  EXPECT_THAT(ListPaths(files, folder, "m", options), ElementsAre("m/"));
  options.start_after = folder / "m/a1";
  EXPECT_THAT(ListPaths(files, folder, "m/", options), ElementsAre("m/a2/", "m/b/"));
}

TEST(LocalListing, KeepsTheTextOfThePrefix) {
  const TestFolder folder;
  folder.File("m/a");
  LocalFileSystem files;
  EXPECT_THAT(ListPaths(files, folder, "./m//"), ElementsAre("./m//a"));
  const std::unique_ptr<FileListing> listing = files.List("file://" + folder / "m/", {});
  FileMetadata entry;
  ASSERT_TRUE(listing->Next(entry));
  EXPECT_EQ(entry.path, "file://" + folder / "m/a");
  EXPECT_EQ(ReadWhole(*files.OpenRead(entry.path)), "");
}

TEST(LocalListing, RelativePathsStayRelative) {
  const TestFolder folder;
  folder.File("rel/a");
  const std::filesystem::path former = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  LocalFileSystem files;
  const std::unique_ptr<FileListing> all = files.List("", {});
  FileMetadata entry;
  EXPECT_TRUE(all->Next(entry));
  EXPECT_EQ(entry.path, "rel/a");
  std::filesystem::current_path(former);
}

TEST(LocalListing, TellsSizesAndTimes) {
  const TestFolder folder;
  folder.File("a", "12345");
  const timespec times[] = {{0, 0}, {1700000000, 250000000}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder / "a").c_str(), times, 0), 0);
  LocalFileSystem files;
  const std::unique_ptr<FileListing> listing = files.List(folder.path(), {});
  FileMetadata entry;
  ASSERT_TRUE(listing->Next(entry));
  EXPECT_EQ(entry, (FileMetadata{folder / "a", 5, 1700000000.25}));
  EXPECT_EQ(files.Status(folder / "a")->metadata, entry);
  EXPECT_FALSE(listing->Next(entry));
  EXPECT_FALSE(listing->Next(entry));
}

TEST(LocalListing, KeepsNamesToTheByte) {
  const TestFolder folder;
  std::set<std::string> names = {
      "new\nline", "bad\xFF\xFEutf8", "quo\"te'",     " space ", "song [live]",        "what?", "a*b", "back\\slash",
      "-rf",       "caf\xC3\xA9",     "cafe\xCC\x81", "\x01",    std::string(255, 'n')};
  for (const std::string& name : names) folder.File("d\n\xFE [x]/" + name, name);
  LocalFileSystem files;
  std::set<std::string> found;
  for (const std::string& path : ListPaths(files, folder, "d\n\xFE [x]/")) {
    const std::string name = path.substr(path.rfind('/') + 1);
    EXPECT_EQ(ReadWhole(*files.OpenRead(folder / path)), name);
    found.insert(name);
  }
  EXPECT_EQ(found, names);
}

TEST(LocalListing, FollowsLinksToFilesButNotToFolders) {
  const TestFolder folder;
  folder.File("real/a", "12");
  folder.Link("m", "real");
  folder.Folder("t");
  folder.Link("t/file", "../real/a");
  folder.Link("t/folder", "../real");
  folder.Link("t/dangling", "nothing");
  folder.Link("t/loop", "loop");
  LocalFileSystem files;
  EXPECT_THAT(ListPaths(files, folder, "t/"), ElementsAre("t/dangling", "t/file", "t/loop"));
  EXPECT_THAT(ListPaths(files, folder, "m/"), ElementsAre("m/a"));  // the folder that was named is entered

  ListOptions options;
  options.keep = [](std::string_view path) { return path.ends_with("/dangling") || path.ends_with("/file"); };
  const std::unique_ptr<FileListing> listing = files.List(folder / "t/", options);
  FileMetadata entry;
  ASSERT_TRUE(listing->Next(entry));
  EXPECT_EQ(entry.size_in_bytes, 0);
  ASSERT_TRUE(listing->Next(entry));
  EXPECT_EQ(entry.size_in_bytes, 2);
}

TEST(LocalListing, ListsWhatIsNoFileWithoutTouchingIt) {
  const TestFolder folder;
  folder.Fifo("pipe.mp3");
  folder.Folder("folder.mp3");
  LocalFileSystem files;
  EXPECT_THAT(ListPaths(files, folder, ""), ElementsAre("pipe.mp3"));
}

TEST(LocalListing, NamesTheFolderThatCannotBeRead) {
  const TestFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  for (const char* name : {"a/x", "b/y", "c/z"}) folder.File(name);
  ASSERT_EQ(::chmod((folder / "b").c_str(), 0), 0);
  LocalFileSystem files;
  const Unprivileged user;
  const std::unique_ptr<FileListing> listing = files.List(folder.path(), {});
  FileMetadata entry;
  ASSERT_TRUE(listing->Next(entry));
  EXPECT_EQ(entry.path, folder / "a/x");
  EXPECT_THAT(ErrorOf([&] { listing->Next(entry); }),
              testing::AllOf(HasSubstr("cannot list the folder"), HasSubstr(folder / "b/"), HasSubstr("Permission")));
  EXPECT_FALSE(listing->Next(entry));

  ListOptions elsewhere;
  elsewhere.descend = [&](std::string_view path) { return path != folder / "b/"; };
  EXPECT_THAT(ListPaths(files, folder, "", elsewhere), ElementsAre("a/x", "c/z"));
}

// Trees large enough for the helpers to take part, against the plainest possible walk.
class LocalListingTree : public testing::Test {
 protected:
  void MakeTree(unsigned seed, int files) {
    std::mt19937 random(seed);
    for (int i = 0; i < files; ++i) {
      std::string name;
      for (unsigned depth = random() % 4; depth > 0; --depth) name += "d" + std::to_string(random() % 6) + "/";
      folder_.File(name + "f" + std::to_string(random() % 1000) + (random() % 2 ? ".mp3" : "-x"));
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (!entry.is_directory()) expected_.push_back(folder_.Short(entry.path().string()));
    }
    std::sort(expected_.begin(), expected_.end());
  }

  const TestFolder folder_;
  LocalFileSystem files_;
  std::vector<std::string> expected_;
};

TEST_F(LocalListingTree, FindsEveryFileInOrder) {
  MakeTree(1, 3000);
  for (int i = 0; i < 20; ++i) ASSERT_EQ(ListPaths(files_, folder_, ""), expected_);
}

TEST_F(LocalListingTree, ResumesBehindEveryPath) {
  MakeTree(2, 300);
  for (std::size_t i = 0; i < expected_.size(); ++i) {
    ListOptions options;
    options.start_after = folder_ / expected_[i];
    const std::vector<std::string> rest(expected_.begin() + static_cast<std::ptrdiff_t>(i) + 1, expected_.end());
    ASSERT_EQ(ListPaths(files_, folder_, "", options), rest) << expected_[i];
  }
}

TEST_F(LocalListingTree, ResumesBehindAPathThatIsGone) {
  MakeTree(3, 300);
  const std::size_t middle = expected_.size() / 2;
  std::filesystem::remove(folder_ / expected_[middle]);
  ListOptions options;
  options.start_after = folder_ / expected_[middle];
  const std::vector<std::string> rest(expected_.begin() + static_cast<std::ptrdiff_t>(middle) + 1, expected_.end());
  EXPECT_EQ(ListPaths(files_, folder_, "", options), rest);
}

TEST_F(LocalListingTree, MayBeAbandonedAtAnyPoint) {
  MakeTree(4, 2000);
  for (std::size_t count = 0; count < expected_.size(); count += 97) {
    const std::unique_ptr<FileListing> listing = files_.List(folder_.path(), {});
    FileMetadata entry;
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_TRUE(listing->Next(entry));
      ASSERT_EQ(folder_.Short(entry.path), expected_[i]);
    }
  }
}

TEST_F(LocalListingTree, SurvivesDeletionMeanwhile) {
  MakeTree(5, 2000);
  const std::unique_ptr<FileListing> listing = files_.List(folder_.path(), {});
  FileMetadata entry;
  ASSERT_TRUE(listing->Next(entry));
  for (const char* gone : {"d1", "d3", "d5"}) std::filesystem::remove_all(folder_ / gone);
  std::string last = entry.path;
  while (listing->Next(entry)) {
    EXPECT_LT(last, entry.path);
    last = entry.path;
  }
  EXPECT_EQ(folder_.Short(last), expected_.back());
}

TEST_F(LocalListingTree, AFilterSeesEveryPathAndDecides) {
  MakeTree(6, 1000);
  std::erase_if(expected_, [](const std::string& path) { return !path.ends_with(".mp3"); });
  ListOptions options;
  options.keep = [](std::string_view path) { return path.ends_with(".mp3"); };
  EXPECT_EQ(ListPaths(files_, folder_, "", options), expected_);
}

TEST(LocalStatus, TellsKinds) {
  const TestFolder folder;
  folder.File("file", "123");
  folder.Folder("folder");
  folder.Fifo("pipe");
  folder.Link("link", "file");
  folder.Link("dangling", "nothing");
  LocalFileSystem files;
  EXPECT_EQ(files.Status(folder / "file")->kind, FileKind::kFile);
  EXPECT_EQ(files.Status(folder / "link")->kind, FileKind::kFile);
  EXPECT_EQ(files.Status(folder / "link")->metadata.size_in_bytes, 3);
  EXPECT_EQ(files.Status(folder / "folder")->kind, FileKind::kDirectory);
  EXPECT_EQ(files.Status(folder / "folder/")->kind, FileKind::kDirectory);
  EXPECT_EQ(files.Status(folder / "pipe")->kind, FileKind::kOther);
  EXPECT_EQ(files.Status(folder / "dangling")->kind, FileKind::kOther);
  EXPECT_FALSE(files.Status(folder / "missing"));
  EXPECT_FALSE(files.Status(""));
  EXPECT_FALSE(files.Status(folder / "file/below"));
}

TEST(LocalRead, GivesEveryByteInAnySteps) {
  const TestFolder folder;
  std::string bytes;
  std::mt19937 random(1);
  for (int i = 0; i < 300000; ++i) bytes += static_cast<char>(random());
  folder.File("a", bytes);
  LocalFileSystem files;
  for (const std::size_t step : {1u, 7u, 4096u, 65535u, 65536u, 65537u, 300000u, 300001u, 1000000u}) {
    EXPECT_EQ(ReadWhole(*files.OpenRead(folder / "a"), step), bytes) << step;
  }
}

TEST(LocalRead, SeeksAnywhere) {
  const TestFolder folder;
  std::string bytes;
  for (int i = 0; i < 50000; ++i) bytes += "word " + std::to_string(i) + "\n";
  folder.File("a", bytes);
  LocalFileSystem files;
  const std::unique_ptr<ByteSource> source = files.OpenRead(folder / "a");
  EXPECT_EQ(source->Size(), bytes.size());
  EXPECT_EQ(source->path(), folder / "a");
  std::mt19937 random(7);
  std::string part;
  for (int i = 0; i < 2000; ++i) {
    const std::size_t offset = random() % (bytes.size() + 100);
    part.assign(random() % (i % 10 == 0 ? 200000 : 200) + 1, '\0');
    source->Seek(offset);
    const std::size_t count = source->Read(part.data(), part.size());
    if (offset >= bytes.size()) {
      ASSERT_EQ(count, 0u);
    } else {
      ASSERT_GT(count, 0u);
      ASSERT_EQ(part.substr(0, count), bytes.substr(offset, count));
    }
  }
  source->Seek(UINT64_MAX);
  EXPECT_EQ(source->Read(part.data(), part.size()), 0u);
}

TEST(LocalRead, RefusesWhatIsNoFile) {
  const TestFolder folder;
  folder.Folder("folder.mp3");
  folder.Fifo("pipe.mp3");
  folder.Link("dangling.mp3", "nothing");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (folder / "socket.mp3").c_str(), sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);

  struct Case {
    std::string path;
    std::string reason;
  };
  LocalFileSystem files;
  for (const Case& c : {Case{folder / "folder.mp3", "a folder"}, Case{folder / "pipe.mp3", "a FIFO"},
                        Case{folder / "socket.mp3", "a socket"}, Case{"/dev/null", "a device"},
                        Case{folder / "dangling.mp3", "No such file"}, Case{folder / "missing", "No such file"},
                        Case{folder / std::string(300, 'x'), "too long"}}) {
    const std::string text = ErrorOf([&] { files.OpenRead(c.path); });
    EXPECT_THAT(text, testing::AllOf(HasSubstr(c.path), HasSubstr(c.reason)));
  }
  ::close(socket);
}

TEST(LocalRead, SaysThatPermissionIsMissing) {
  const TestFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  folder.File("secret", "x");
  ASSERT_EQ(::chmod((folder / "secret").c_str(), 0), 0);
  LocalFileSystem files;
  const Unprivileged user;
  EXPECT_THAT(ErrorOf([&] { files.OpenRead(folder / "secret"); }), HasSubstr("Permission denied"));
}

TEST(LocalRead, NoticesThatTheFileBecameShorter) {
  const TestFolder folder;
  folder.File("a", std::string(200000, 'x'));
  LocalFileSystem files;
  for (const std::size_t step : {100u, 100000u}) {
    std::filesystem::resize_file(folder / "a", 200000);
    const std::unique_ptr<ByteSource> source = files.OpenRead(folder / "a");
    std::filesystem::resize_file(folder / "a", 100);
    EXPECT_THAT(ErrorOf([&] { ReadWhole(*source, step); }), HasSubstr("became shorter"));
  }
}

TEST(LocalRead, GivesTheFileAsItWasWhenOpened) {
  const TestFolder folder;
  folder.File("a", "content");
  LocalFileSystem files;
  const std::unique_ptr<ByteSource> source = files.OpenRead(folder / "a");
  std::ofstream(folder / "a", std::ios::app) << " and more";
  EXPECT_EQ(ReadWhole(*source), "content");
}

TEST(LocalRead, RefusesAPathWithAZeroByte) {
  const TestFolder folder;
  folder.File("a", "another file");
  LocalFileSystem files;
  const std::string path = folder / "a" + std::string(1, '\0') + ".mp3";
  EXPECT_THAT(ErrorOf([&] { files.OpenRead(path); }), HasSubstr("a\\x00.mp3"));
}

TEST(LocalRead, KeepsADeletedFileThatIsOpen) {
  const TestFolder folder;
  folder.File("a", "content");
  LocalFileSystem files;
  const std::unique_ptr<ByteSource> source = files.OpenRead(folder / "a");
  std::filesystem::remove(folder / "a");
  EXPECT_EQ(ReadWhole(*source), "content");
}

TEST(LocalWrite, IsSeenWhenFinishedAndNotBefore) {
  const TestFolder folder;
  LocalFileSystem files;
  const std::string path = folder / "new/deep/a.bin";
  const std::unique_ptr<ByteSink> sink = files.OpenWrite(path);
  sink->Write("abc", 3);
  EXPECT_FALSE(files.Status(path));
  sink->Write("def", 3);
  sink->Finish();
  EXPECT_EQ(ReadWhole(*files.OpenRead(path)), "abcdef");
  EXPECT_THAT(ListPaths(files, folder, ""), ElementsAre("new/deep/a.bin"));
}

TEST(LocalWrite, LeavesNothingWhenAbandoned) {
  const TestFolder folder;
  folder.File("a", "old");
  LocalFileSystem files;
  files.OpenWrite(folder / "a")->Write("new", 3);
  EXPECT_EQ(ReadWhole(*files.OpenRead(folder / "a")), "old");
  EXPECT_THAT(ListPaths(files, folder, ""), ElementsAre("a"));
}

TEST(LocalWrite, SaysWhyItCannot) {
  const TestFolder folder;
  folder.File("file", "x");
  folder.Folder("folder");
  LocalFileSystem files;
  EXPECT_THAT(ErrorOf([&] { files.OpenWrite(folder / "file/below"); }), HasSubstr("not a folder"));
  EXPECT_THAT(ErrorOf([&] { files.OpenWrite("/dev/full/x"); }), HasSubstr("/dev/full/x"));
  const std::unique_ptr<ByteSink> sink = files.OpenWrite(folder / "folder");
  EXPECT_THAT(ErrorOf([&] { sink->Finish(); }), HasSubstr("it is a folder"));
}

TEST(LocalFiles, AreMovedAndDeleted) {
  const TestFolder folder;
  folder.File("a", "1");
  folder.File("b", "2");
  LocalFileSystem files;
  files.Rename(folder / "a", folder / "b");
  EXPECT_EQ(ReadWhole(*files.OpenRead(folder / "b")), "1");
  EXPECT_FALSE(files.Status(folder / "a"));
  EXPECT_THAT(ErrorOf([&] { files.Rename(folder / "a", folder / "c"); }), HasSubstr("No such file"));
  EXPECT_TRUE(files.Delete(folder / "b"));
  EXPECT_FALSE(files.Delete(folder / "b"));
  files.MakeDirectories(folder / "x/y/z/");
  files.MakeDirectories(folder / "x/y");
  EXPECT_EQ(files.Status(folder / "x/y/z")->kind, FileKind::kDirectory);
  EXPECT_THAT(ErrorOf([&] { files.Delete(folder / "x"); }), HasSubstr("not empty"));
  EXPECT_TRUE(files.Delete(folder / "x/y/z"));
}

}  // namespace
}  // namespace beam
