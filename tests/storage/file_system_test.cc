// The contract of FileSystem (beam/io/file_system.h), the same for every store.
#include "beam/io/file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "beam/base/error.h"
#include "beam/io/file_systems.h"
#include "beam/io/path_text.h"
#include "beam/io/readable_file.h"
#include "beam/io/test_files.h"
#include "tests/storage/store.h"

namespace beam {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_files::ErrorOf;
using testing_files::ReadWhole;
using testing_storage::OpenStore;
using testing_storage::Store;

using Names = std::vector<std::string>;

// Bytes that repeat nowhere near, the same for the same size.
std::string Noise(std::size_t size) {
  std::mt19937_64 random(size);
  std::string bytes;
  bytes.reserve(size + 8);
  while (bytes.size() < size) {
    const std::uint64_t word = random();
    bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  bytes.resize(size);
  return bytes;
}

class FileSystemTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return store_.root + name; }

  std::unique_ptr<ByteSink> Begin(const std::string& name, std::string_view bytes) const {
    std::unique_ptr<ByteSink> sink = store_.files->OpenWrite(Path(name));
    sink->Write(bytes.data(), bytes.size());
    return sink;
  }
  void Put(const std::string& name, std::string_view bytes = "") const { Begin(name, bytes)->Finish(); }
  void PutAll(const Names& names) const {
    for (const std::string& name : names) Put(name, name);
  }

  // Its bytes, or nothing if it is not there.
  std::optional<std::string> Get(const std::string& name) const {
    if (!store_.files->Status(Path(name))) return std::nullopt;
    return ReadWhole(*store_.files->OpenRead(Path(name)), 1 << 16);
  }

  std::vector<FileMetadata> Entries(const std::string& prefix, const ListOptions& options = {}) const {
    std::vector<FileMetadata> entries;
    const std::unique_ptr<FileListing> listing = store_.files->List(Path(prefix), options);
    for (FileMetadata entry; listing->Next(entry);) entries.push_back(entry);
    FileMetadata behind;
    EXPECT_FALSE(listing->Next(behind)) << "there is something behind the end";
    return entries;
  }

  // Without the root.
  Names List(const std::string& prefix, const ListOptions& options = {}) const {
    Names names;
    for (const FileMetadata& entry : Entries(prefix, options)) {
      EXPECT_TRUE(entry.path.starts_with(store_.root)) << entry.path;
      names.push_back(entry.path.substr(std::min(store_.root.size(), entry.path.size())));
    }
    return names;
  }

  std::optional<FileKind> Kind(const std::string& name) const {
    const std::optional<FileStatus> status = store_.files->Status(Path(name));
    if (!status) return std::nullopt;
    EXPECT_EQ(status->metadata.path, Path(name));
    return status->kind;
  }

  Store store_ = OpenStore();
};

// Listing.

struct ListCase {
  std::string prefix;
  bool recursive;
  std::string start_after;  // empty: from the start
  Names expected;
};

TEST_F(FileSystemTest, ListsWhatStartsWithAPrefixInOrderOfBytes) {
  PutAll({"a/x", "a.mp3", "a-b", "a/b/y", "a/b0", "a0", "B", "b", "m/a1", "m/a2/x", "m/a2/z/q", "m/a2-", "m/b", "ma"});
  const Names all = {"B", "a-b",  "a.mp3", "a/b/y",  "a/b0",     "a/x", "a0",
                     "b", "m/a1", "m/a2-", "m/a2/x", "m/a2/z/q", "m/b", "ma"};
  const ListCase cases[] = {
      {"", true, "", all},
      {"m", true, "", {"m/a1", "m/a2-", "m/a2/x", "m/a2/z/q", "m/b", "ma"}},
      {"m/", true, "", {"m/a1", "m/a2-", "m/a2/x", "m/a2/z/q", "m/b"}},
      {"m/a", true, "", {"m/a1", "m/a2-", "m/a2/x", "m/a2/z/q"}},
      {"m/a2", true, "", {"m/a2-", "m/a2/x", "m/a2/z/q"}},
      {"m/a2/", true, "", {"m/a2/x", "m/a2/z/q"}},
      {"m/a2/x", true, "", {"m/a2/x"}},
      {"m/a2/x/", true, "", {}},
      {"q", true, "", {}},
      {"q/r/s", true, "", {}},
      {"b/x", true, "", {}},

      {"", false, "", {"B", "a-b", "a.mp3", "a/", "a0", "b", "m/", "ma"}},
      {"m", false, "", {"m/", "ma"}},
      {"m/", false, "", {"m/a1", "m/a2-", "m/a2/", "m/b"}},
      {"m/a2", false, "", {"m/a2-", "m/a2/"}},
      {"m/b", false, "", {"m/b"}},
      {"q/", false, "", {}},

      {"", true, "A", all},
      {"", true, "a.mp3", {all.begin() + 3, all.end()}},
      {"", true, "a/", {all.begin() + 3, all.end()}},
      {"", true, "a/b/", {all.begin() + 3, all.end()}},
      {"", true, "a/b/y", {all.begin() + 4, all.end()}},
      {"", true, "a/c", {all.begin() + 5, all.end()}},
      {"m/", true, "a", {"m/a1", "m/a2-", "m/a2/x", "m/a2/z/q", "m/b"}},
      {"m/", true, "m/a2/x", {"m/a2/z/q", "m/b"}},
      {"m/", true, "m/a2/z/q", {"m/b"}},
      {"m/", true, "m/b", {}},
      {"m/", true, "z", {}},
      {"m/", false, "m/a2-", {"m/a2/", "m/b"}},
      {"m/", false, "m/a2/", {"m/b"}},
      {"m/", false, "m/a1", {"m/a2-", "m/a2/", "m/b"}},
  };
  for (const ListCase& c : cases) {
    ListOptions options;
    options.recursive = c.recursive;
    if (!c.start_after.empty()) options.start_after = Path(c.start_after);
    EXPECT_EQ(List(c.prefix, options), c.expected)
        << "prefix '" << c.prefix << (c.recursive ? "', recursively" : "', one level") << ", after '" << c.start_after
        << "'";
  }
}

TEST_F(FileSystemTest, ListsWhatAFilterKeeps) {
  PutAll({"a.mp3", "b.wav", "c/d.mp3", "c/e.txt", "f/g.mp3"});
  ListOptions options;
  options.keep = [](std::string_view path) { return path.ends_with(".mp3"); };
  EXPECT_THAT(List("", options), ElementsAre("a.mp3", "c/d.mp3", "f/g.mp3"));
  options.descend = [&](std::string_view folder) { return folder != Path("f/"); };
  EXPECT_THAT(List("", options), AnyOf(ElementsAre("a.mp3", "c/d.mp3"), ElementsAre("a.mp3", "c/d.mp3", "f/g.mp3")));
  options.keep = [](std::string_view) { return false; };
  EXPECT_THAT(List("", options), IsEmpty());
}

TEST_F(FileSystemTest, ListsWhatStatusTells) {
  Put("a", Noise(12345));
  Put("b");
  const std::vector<FileMetadata> entries = Entries("");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].size_in_bytes, 12345);
  EXPECT_EQ(entries[1].size_in_bytes, 0);
  for (const FileMetadata& entry : entries) {
    EXPECT_GT(entry.last_updated_in_seconds, 0);
    EXPECT_EQ(store_.files->Status(entry.path)->metadata, entry);
  }
}

TEST_F(FileSystemTest, KeepsTheTextOfThePrefix) {
  Put("m/a", "x");
  // Where folders are things, a doubled separator is the same place; where they are not, another name.
  if (store_.traits.refuses_empty_parts) {
    EXPECT_THAT(ErrorOf([&] { List("m//"); }), HasSubstr(Path("m//")));
    EXPECT_THAT(ErrorOf([&] { Put("m//b"); }), HasSubstr(Path("m//b")));
    return;
  }
  EXPECT_EQ(List("m//"), store_.traits.has_folders ? Names{"m//a"} : Names{});
}

// Names.

struct NameCase {
  std::string name;
  std::string bytes;
};

const NameCase kNames[] = {
    {"space", "a b  c"},
    {"percent", "100%25 %41 %"},
    {"fragment", "a#b"},
    {"query", "a?b=c&d"},
    {"star", "a*b**"},
    {"bracket", "song [live]{x}"},
    {"plus", "a+b=c,d;e@f!$'(~)"},
    {"colon", "12:30"},
    {"quotes", "\"it's\""},
    {"backslash", "a\\b"},
    {"markup", "a<b>&amp;"},
    {"composed", "caf\xC3\xA9"},
    {"decomposed", "cafe\xCC\x81"},
    {"wide", "\xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x8E\xB5"},
    {"dot", ".hidden"},
    {"dash", "-rf"},
    {"newline", "a\nb"},
    {"control", "a\x01\x1F"},
    {"not_utf8", "bad\xFF\xFE"},
    {"long", std::string(200, 'n')},
};

TEST_F(FileSystemTest, KeepsNamesToTheByte) {
  Names expected;
  for (const auto& [name, bytes] : kNames) {
    SCOPED_TRACE(name);
    for (const std::string& path : {"in/" + bytes, bytes + "/in"}) {
      if (store_.traits.refused_names.contains(name)) {
        EXPECT_THAT(ErrorOf([&] { Put(path, name); }), HasSubstr(internal::Quoted(Path(path))));
        continue;
      }
      Put(path, name);
      expected.push_back(path);
      EXPECT_EQ(Kind(path), FileKind::kFile);
      EXPECT_EQ(Get(path), name);
    }
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(List(""), expected);
  for (const std::string& path : expected) {
    EXPECT_EQ(List(path), Names{path});
    store_.files->Rename(Path(path), Path("moved"));
    EXPECT_FALSE(Kind(path)) << path;
    store_.files->Rename(Path("moved"), Path(path));
    EXPECT_TRUE(store_.files->Delete(Path(path))) << path;
    EXPECT_FALSE(Kind(path)) << path;
  }
  EXPECT_THAT(List(""), IsEmpty());
}

// Status.

TEST_F(FileSystemTest, TellsFilesFromFolders) {
  Put("f/a", "123");
  EXPECT_EQ(Kind("f/a"), FileKind::kFile);
  EXPECT_EQ(store_.files->Status(Path("f/a"))->metadata.size_in_bytes, 3);
  EXPECT_EQ(Kind("f"), FileKind::kDirectory);
  EXPECT_EQ(Kind("f/"), FileKind::kDirectory);
  EXPECT_EQ(store_.files->Status(Path("f"))->metadata.size_in_bytes, 0);
  for (const char* name : {"f/b", "f/a/", "f/a/x", "g", "g/h", "f/a2", "ff"})
    EXPECT_EQ(Kind(name), std::nullopt) << name;
}

TEST_F(FileSystemTest, MakesFoldersWhereTheyAreThings) {
  store_.files->MakeDirectories(Path("x/y/z/"));
  store_.files->MakeDirectories(Path("x/y"));
  EXPECT_THAT(List(""), IsEmpty());
  if (!store_.traits.has_folders) {
    EXPECT_FALSE(Kind("x/y/z"));
    return;
  }
  EXPECT_EQ(Kind("x/y/z"), FileKind::kDirectory);
  ListOptions level;
  level.recursive = false;
  EXPECT_THAT(List("x/y/", level), ElementsAre("x/y/z/"));
  EXPECT_THAT(ErrorOf([&] { store_.files->Delete(Path("x")); }), HasSubstr(Path("x")));
  EXPECT_TRUE(store_.files->Delete(Path("x/y/z")));
  EXPECT_FALSE(store_.files->Delete(Path("x/y/z")));
  Put("x/file");
  EXPECT_THAT(ErrorOf([&] { store_.files->MakeDirectories(Path("x/file/below")); }), HasSubstr(Path("x/file/below")));
  EXPECT_THAT(ErrorOf([&] { Put("x/file/below"); }), HasSubstr(Path("x/file/below")));
  EXPECT_THAT(ErrorOf([&] { Put("x/y"); }), HasSubstr(Path("x/y")));
}

// Reading.

TEST_F(FileSystemTest, ReadsEveryByteInAnySteps) {
  const std::string bytes = Noise(300'001);
  Put("a", bytes);
  for (const std::size_t step : {7u, 65'536u, 300'000u, 300'001u, 1'000'000u}) {
    EXPECT_EQ(ReadWhole(*store_.files->OpenRead(Path("a")), step), bytes) << step;
  }
}

TEST_F(FileSystemTest, ReadsAnyPart) {
  const std::string bytes = Noise(500'000);
  Put("a", bytes);
  const std::unique_ptr<ByteSource> source = store_.files->OpenRead(Path("a"));
  EXPECT_EQ(source->Size(), bytes.size());
  EXPECT_EQ(source->path(), Path("a"));
  std::mt19937 random(7);
  std::string part;
  for (int i = 0; i < 100; ++i) {
    const std::size_t offset = i == 0 ? bytes.size() - 1 : random() % (bytes.size() + 100);
    part.assign(random() % (i % 10 == 0 ? 200'000 : 200) + 1, '\0');
    source->Seek(offset);
    const std::size_t count = source->Read(part.data(), part.size());
    ASSERT_EQ(count == 0, offset >= bytes.size());
    ASSERT_EQ(part.substr(0, count), bytes.substr(std::min(offset, bytes.size()), count));
  }
}

TEST_F(FileSystemTest, ReadsNothingPastTheEnd) {
  Put("a", "0123456789");
  Put("empty");
  char byte = 0;
  for (const char* name : {"a", "empty"}) {
    const std::unique_ptr<ByteSource> source = store_.files->OpenRead(Path(name));
    for (const std::uint64_t offset : {std::uint64_t{10}, std::uint64_t{11}, std::uint64_t{1} << 40, UINT64_MAX}) {
      source->Seek(offset);
      EXPECT_EQ(source->Read(&byte, 1), 0u) << name << " at " << offset;
    }
  }
  const std::unique_ptr<ByteSource> source = store_.files->OpenRead(Path("a"));
  source->Seek(UINT64_MAX);
  source->Seek(9);
  ASSERT_EQ(source->Read(&byte, 1), 1u);
  EXPECT_EQ(byte, '9');
  EXPECT_EQ(store_.files->OpenRead(Path("empty"))->Size(), 0u);
}

TEST_F(FileSystemTest, NeverReadsAMixOfTwoVersions) {
  for (const std::size_t size : {std::size_t{3'000'000}, std::size_t{20'000'000}}) {
    const std::string before = Noise(size);
    const std::string after = Noise(size + 1).substr(0, size);
    Put("a", before);
    const std::unique_ptr<ByteSource> source = store_.files->OpenRead(Path("a"));
    std::string read(1000, '\0');
    ASSERT_GT(source->Read(read.data(), read.size()), 0u);
    Put("a", after);
    source->Seek(2'000'000);
    const auto rest = [&] { return ReadWhole(*source, 1000); };
    if (store_.traits.keeps_replaced >= size) {
      EXPECT_TRUE(rest() == before.substr(2'000'000)) << size;
    } else {
      EXPECT_THAT(ErrorOf(rest), HasSubstr(Path("a"))) << size;
    }
    EXPECT_TRUE(Get("a") == after) << size;
  }
}

TEST_F(FileSystemTest, AFileThatIsNotTheOneThatWasListedIsRefused) {
  const ScopedFileSystem scope(internal::SchemeOf(store_.root), store_.files);
  Put("a", "before");
  const std::vector<FileMetadata> listed = Entries("");
  ASSERT_EQ(listed.size(), 1u);
  const ReadableFile file{listed[0]};
  const auto read = [&] {
    const std::string bytes = file.Read();
    file.CheckUnchanged();
    return bytes;
  };
  EXPECT_EQ(read(), "before");
  std::this_thread::sleep_for(store_.traits.time_step);
  for (const char* const now : {"behind", "behind it"}) {
    Put("a", now);
    if (store_.traits.has_no_times && listed[0].size_in_bytes == static_cast<std::int64_t>(std::strlen(now))) {
      EXPECT_EQ(read(), now);
    } else {
      EXPECT_THAT(ErrorOf(read), AllOf(HasSubstr(Path("a")), HasSubstr("changed or replaced"))) << now;
    }
  }
  EXPECT_TRUE(store_.files->Delete(Path("a")));
  EXPECT_THAT(ErrorOf(read), HasSubstr(Path("a")));
}

TEST_F(FileSystemTest, NamesWhatCannotBeRead) {
  Put("folder/a");
  for (const char* name : {"missing", "no/such/folder/a", "folder", "folder/a/b"}) {
    EXPECT_THAT(ErrorOf([&] { store_.files->OpenRead(Path(name)); }), HasSubstr(Path(name)));
  }
}

// Writing.

TEST_F(FileSystemTest, ShowsAFileWhenItIsWholeAndNotBefore) {
  const std::unique_ptr<ByteSink> sink = Begin("new/deep/a", "abc");
  EXPECT_EQ(sink->path(), Path("new/deep/a"));
  EXPECT_FALSE(Kind("new/deep/a"));
  EXPECT_THAT(List(""), IsEmpty());
  sink->Write("def", 3);
  sink->Write("", 0);
  sink->Finish();
  EXPECT_EQ(Get("new/deep/a"), "abcdef");
  EXPECT_THAT(List(""), ElementsAre("new/deep/a"));
}

TEST_F(FileSystemTest, LeavesNothingOfAnAbortedWrite) {
  Put("old", "old");
  Begin("old", "new");
  Begin("new", "new");
  Begin("large", Noise(20'000'000));
  store_.files->OpenWrite(Path("nothing"));
  EXPECT_EQ(Get("old"), "old");
  EXPECT_THAT(List(""), ElementsAre("old"));
}

TEST_F(FileSystemTest, ReplacesAFile) {
  Put("a", "a longer text");
  const double before = store_.files->Status(Path("a"))->metadata.last_updated_in_seconds;
  Put("a", "short");
  EXPECT_EQ(Get("a"), "short");
  EXPECT_THAT(List(""), ElementsAre("a"));
  EXPECT_GE(store_.files->Status(Path("a"))->metadata.last_updated_in_seconds, before);
}

TEST_F(FileSystemTest, RewritesTheBeginningOrSaysThatItCannot) {
  for (const std::size_t size : {std::size_t{100}, std::size_t{6'000}, std::size_t{10'000'000}}) {
    std::string bytes = Noise(size);
    const std::unique_ptr<ByteSink> sink = Begin("a", bytes);
    EXPECT_EQ(sink->CanRewrite(), store_.traits.rewrites);
    if (store_.traits.rewrites) {
      for (const std::size_t offset :
           {std::size_t{0}, std::size_t{40}, std::min(size, ByteSink::kRewritableBytes) - 4}) {
        sink->Rewrite(offset, "head", 4);
        bytes.replace(offset, 4, "head");
      }
      sink->Write("tail", 4);
      bytes += "tail";
    }
    sink->Finish();
    EXPECT_EQ(Get("a"), bytes) << size;
  }
}

TEST_F(FileSystemTest, WritesALargeFile) {
  const std::string bytes = Noise(50'000'003);
  std::unique_ptr<ByteSink> sink = store_.files->OpenWrite(Path("large"));
  std::mt19937 random(3);
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min<std::size_t>(random() % 400'000, bytes.size() - at);
    sink->Write(bytes.data() + at, size);
    at += size;
  }
  sink->Finish();
  sink.reset();
  EXPECT_EQ(store_.files->Status(Path("large"))->metadata.size_in_bytes, 50'000'003);
  EXPECT_TRUE(Get("large") == bytes);
}

TEST_F(FileSystemTest, FinishesSeveralFilesTogether) {
  std::vector<std::unique_ptr<ByteSink>> sinks;
  std::vector<ByteSink*> pointers;
  for (int i = 0; i < 20; ++i) {
    const std::string name = std::to_string(i);
    sinks.push_back(Begin("f/" + name, name));
    pointers.push_back(sinks.back().get());
  }
  EXPECT_THAT(List(""), IsEmpty());
  EXPECT_EQ(store_.files->FinishAll(pointers), std::vector<std::string>(20));
  EXPECT_EQ(List("f/").size(), 20u);
  EXPECT_EQ(Get("f/13"), "13");
}

TEST_F(FileSystemTest, OneOfSeveralWritersWins) {
  constexpr int kWriters = 4;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 5; ++round)
        Put("contested", std::string(50'000 + static_cast<std::size_t>(i), static_cast<char>('a' + i)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::optional<std::string> bytes = Get("contested");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, std::string(50'000 + static_cast<std::size_t>(bytes->front() - 'a'), bytes->front()));
  EXPECT_THAT(List(""), ElementsAre("contested"));
}

TEST_F(FileSystemTest, HoldsAThousandFilesOfSeveralThreads) {
  Names expected;
  for (int i = 0; i < 1'000; ++i) expected.push_back("d" + std::to_string(i % 7) + "/" + std::to_string(i) + ".txt");
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < expected.size(); at = next++) Put(expected[at], expected[at]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(List(""), expected);
  const std::vector<FileMetadata> entries = Entries("");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    ASSERT_EQ(static_cast<std::size_t>(entries[i].size_in_bytes), expected[i].size()) << expected[i];
  }
  for (const std::size_t at : {std::size_t{0}, std::size_t{99}, std::size_t{500}, std::size_t{998}, std::size_t{999}}) {
    ListOptions options;
    options.start_after = Path(expected[at]);
    const Names rest(expected.begin() + static_cast<std::ptrdiff_t>(at) + 1, expected.end());
    EXPECT_EQ(List("", options), rest) << "after " << expected[at];
  }
  for (std::size_t i = 0; i < expected.size(); i += 83) EXPECT_EQ(Get(expected[i]), expected[i]);
}

// Moving and deleting.

TEST_F(FileSystemTest, MovesAFile) {
  Put("a", "1");
  Put("f/b", "2");
  store_.files->Rename(Path("a"), Path("f/b"));
  EXPECT_EQ(Get("f/b"), "1");
  EXPECT_THAT(List(""), ElementsAre("f/b"));
  store_.files->Rename(Path("f/b"), Path("f/c"));
  EXPECT_THAT(List(""), ElementsAre("f/c"));
  EXPECT_THAT(ErrorOf([&] { store_.files->Rename(Path("gone"), Path("f/c")); }), HasSubstr(Path("gone")));
  EXPECT_EQ(Get("f/c"), "1");
}

TEST_F(FileSystemTest, CopiesAFile) {
  Put("a", "1");
  Put("f/b", "2");
  const auto listed = [&](const std::string& name) { return store_.files->Status(Path(name)).value().metadata; };
  store_.files->Copy(listed("a"), Path("f/b"));
  store_.files->Copy(listed("f/b"), Path("new/folder/c"));
  EXPECT_THAT(List(""), ElementsAre("a", "f/b", "new/folder/c"));
  for (const char* const name : {"a", "f/b", "new/folder/c"}) EXPECT_EQ(Get(name), "1");
  FileMetadata gone = listed("a");
  store_.files->Delete(Path("a"));
  EXPECT_THAT(ErrorOf([&] { store_.files->Copy(gone, Path("f/b")); }), HasSubstr(Path("a")));
  EXPECT_EQ(Get("f/b"), "1");
}

// Who lists a file and copies it later has what was listed, or nothing.
TEST_F(FileSystemTest, CopiesNoOtherFileThanTheOneThatWasListed) {
  Put("a", "before");
  const FileMetadata listed = store_.files->Status(Path("a")).value().metadata;
  Put("a", "behind it");
  if (store_.traits.copies_what_is_there) {
    store_.files->Copy(listed, Path("b"));
    EXPECT_EQ(Get("b"), "behind it");
  } else {
    EXPECT_THAT(ErrorOf([&] { store_.files->Copy(listed, Path("b")); }), HasSubstr(Path("a")));
  }
}

TEST_F(FileSystemTest, DeletesAFile) {
  Put("f/a");
  Put("f/b");
  EXPECT_TRUE(store_.files->Delete(Path("f/a")));
  EXPECT_FALSE(store_.files->Delete(Path("f/a")));
  EXPECT_FALSE(store_.files->Delete(Path("no/such/folder")));
  EXPECT_THAT(List(""), ElementsAre("f/b"));
}

TEST_F(FileSystemTest, WhatIsOpenOutlivesIt) {
  Put("a", "content");
  const std::unique_ptr<ByteSource> source = store_.files->OpenRead(Path("a"));
  const std::unique_ptr<ByteSink> sink = store_.files->OpenWrite(Path("b"));
  const std::unique_ptr<FileListing> listing = store_.files->List(Path(""), {});
  store_.files.reset();
  EXPECT_EQ(ReadWhole(*source), "content");
  FileMetadata entry;
  EXPECT_TRUE(listing->Next(entry));
  EXPECT_EQ(entry.path, Path("a"));
  sink->Write("x", 1);
  sink->Finish();
}

}  // namespace
}  // namespace beam
