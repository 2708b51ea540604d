#include "beam/io/local_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>

#include "beam/io/test_files.h"

namespace beam::internal {
namespace {

using testing_files::TestFolder;

// The paths that doing one piece of work after the other gives.
std::vector<std::string> Walk(const FolderReader& reader, const TestFolder& folder) {
  std::vector<std::string> paths;
  std::list<FolderPiece> pieces;
  pieces.push_back(reader.Root());
  while (!pieces.empty()) {
    const FolderPiece piece = std::move(pieces.front());
    pieces.pop_front();
    if (piece.kind == FolderPiece::Kind::kEntries) {
      for (const FileMetadata& entry : piece.entries) paths.push_back(folder.Short(entry.path));
    } else {
      pieces.splice(pieces.begin(), reader.Expand(piece));
    }
  }
  return paths;
}

class FolderPasses : public testing::TestWithParam<std::size_t> {
 protected:
  const TestFolder folder_;
};

TEST_P(FolderPasses, GiveEveryNameOnceAndInOrder) {
  std::vector<std::string> expected;
  for (int i = 0; i < 200; ++i) {
    const std::string number = std::to_string(i);
    for (const std::string& name : {"f" + number, "f" + number + "/x", "f" + number + ".mp3"}) {
      if (i % 7 == 0 && name.ends_with("/x")) {
        folder_.File("d" + name);
        expected.push_back("d" + name);
      } else if (!name.ends_with("/x")) {
        folder_.File(name);
        expected.push_back(name);
      }
    }
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(Walk(FolderReader(folder_.path(), {}, GetParam()), folder_), expected);

  ListOptions options;
  options.start_after = folder_ / expected[150];
  expected.erase(expected.begin(), expected.begin() + 151);
  EXPECT_EQ(Walk(FolderReader(folder_.path(), options, GetParam()), folder_), expected);
}

TEST_P(FolderPasses, HoldNoMoreNamesThanAsked) {
  for (int i = 0; i < 300; ++i) folder_.File(std::to_string(i));
  const FolderReader reader(folder_.path(), {}, GetParam());
  std::list<FolderPiece> pieces;
  pieces.push_back(reader.Root());
  while (!pieces.empty()) {
    EXPECT_LE(reader.names_held(), GetParam());
    const FolderPiece piece = std::move(pieces.front());
    pieces.pop_front();
    if (piece.kind != FolderPiece::Kind::kEntries) pieces.splice(pieces.begin(), reader.Expand(piece));
  }
  EXPECT_EQ(reader.names_held(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Sizes, FolderPasses, testing::Values(1, 2, 3, 10, 100, 299, 300, 301, 1000));

}  // namespace
}  // namespace beam::internal
