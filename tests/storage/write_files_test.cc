// WriteFiles into every store: what is `written` is there to the byte, what is `failed` is named and leaves nothing.
#include "beam/io/write_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "beam/io/file_systems.h"
#include "beam/io/path_text.h"
#include "beam/io/test_files.h"
#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"
#include "beam/transforms/map.h"
#include "tests/storage/store.h"

namespace beam {
namespace {

using testing_files::ReadWhole;
using testing_storage::OpenStore;
using testing_storage::Store;

using Contents = std::map<std::string, std::string>;

FileContent Content(const std::string& path, const std::string& bytes) {
  const auto* const begin = reinterpret_cast<const std::byte*>(bytes.data());
  return {path, {begin, begin + bytes.size()}};
}

// What is below `root`, by path.
Contents ContentsBelow(const std::string& root) {
  const std::shared_ptr<FileSystem> files = FileSystemFor(root);
  const std::unique_ptr<FileListing> listing = files->List(root, {});
  Contents contents;
  for (FileMetadata file; listing->Next(file);) contents[file.path] = ReadWhole(*files->OpenRead(file.path), 1 << 16);
  return contents;
}

// A path below `root` at which the store has no file; empty where it takes every name.
std::string Unwritable(const Store& store, const std::string& root) {
  if (store.traits.has_folders) {
    store.files->MakeDirectories(root + "folder");
    return root + "folder";
  }
  return store.traits.refused_names.contains("newline") ? root + "two\nlines" : "";
}

// Writes files below `root`, and again, which changes nothing.
void WriteAndCheck(const Store& store, const std::string& root) {
  Contents wanted = {{root + "empty", ""}, {root + "name [live] *odd?.txt", "odd"}};
  // Many small ones, and one of several parts.
  for (int i = 0; i < 80; ++i) wanted[root + "d" + std::to_string(i % 3) + "/" + std::to_string(i)] = "text";
  for (int i = 0; i < 3'000'000; ++i) wanted[root + "large"] += std::to_string(i);
  WriteFile(root + "empty", "what was there");

  std::vector<FileContent> contents;
  std::vector<std::string> paths;
  for (const auto& [path, bytes] : wanted) {
    contents.push_back(Content(path, bytes));
    paths.push_back(path);
  }
  std::vector<std::string> unwritable;
  if (const std::string path = Unwritable(store, root); !path.empty()) {
    unwritable.push_back(path);
    contents.push_back(Content(path, "nowhere"));
  }
  for (const char* const round : {"once", "again"}) {
    TestPipeline p;
    const auto [written, failed] = p | Create("Files", contents) | ParDo("Write", WriteFiles{});
    PAssert::That(written).ContainsInAnyOrder(paths);
    PAssert::That(failed | Map("Path", [](const WriteFailure& failure) { return failure.path; }))
        .ContainsInAnyOrder(unwritable);
    PAssert::That(failed).Satisfies("Named", [](const std::vector<WriteFailure>& failures) {
      return std::all_of(failures.begin(), failures.end(), [](const WriteFailure& failure) {
        return failure.reason.find(internal::Quoted(failure.path)) != std::string::npos;
      });
    });
    p.Run();
    EXPECT_TRUE(ContentsBelow(root) == wanted) << round;
  }
}

TEST(StoreWriteFiles, WritesWholeFilesAndNamesWhatFailed) {
  const Store store = OpenStore();
  const ScopedFileSystem scope(internal::SchemeOf(store.root), store.files);
  WriteAndCheck(store, store.root);
}

// Two schemes of one store, as they are from the start.
TEST(StoreWriteFiles, AzIsAbfs) {
  const Store store = OpenStore();
  ASSERT_TRUE(store.root.starts_with("abfs://"));
  const std::string az = "az" + store.root.substr(4);
  WriteAndCheck(store, az);
  Contents wanted;
  for (auto& [path, bytes] : ContentsBelow(az)) wanted["abfs" + path.substr(2)] = std::move(bytes);
  EXPECT_TRUE(ContentsBelow(store.root) == wanted);
}

}  // namespace
}  // namespace beam
