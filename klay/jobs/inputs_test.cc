#include "klay/jobs/inputs.h"

#include <gtest/gtest.h>

#include "beam/base/error.h"
#include "beam/io/glob.h"
#include "beam/io/test_files.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;

TEST(InputsTest, ASuffixMayLackItsDot) {
  struct Case {
    const char* given;
    const char* meant;
  };
  const Case cases[] = {{"mp3", ".mp3"}, {".mp3", ".mp3"}, {"_vocals.wav", "_vocals.wav"}, {"MP3", ".MP3"}, {"", ""}};
  for (const Case& c : cases) EXPECT_EQ(NormalizedSuffix(c.given), c.meant);
}

TEST(InputsTest, ThePatternMatchesFilesAtEveryDepth) {
  const TestFolder folder;
  folder.Folder("m[1]*");
  struct Case {
    std::string folder;
    std::string suffix;
    std::string path;
    bool matches;
  };
  const Case cases[] = {
      {folder / "m[1]*", ".mp3", folder / "m[1]*/a.mp3", true},
      {folder / "m[1]*", ".mp3", folder / "m[1]*/b/c/a.mp3", true},
      {folder / "m[1]*/", ".mp3", folder / "m[1]*/a.mp3", true},
      {folder / "m[1]*", ".mp3", folder / "m1x/a.mp3", false},
      {folder / "m[1]*", ".mp3", folder / "m[1]*/a.MP3", false},
      {folder / "m[1]*", ".m?3", folder / "m[1]*/a.mp3", false},
      {folder / "m[1]*", ".m?3", folder / "m[1]*/a.m?3", true},
      {folder / "no[12]", ".mp3", folder / "no1/a.mp3", true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(beam::Glob(InputPattern(c.folder, c.suffix)).Matches(c.path), c.matches) << c.folder << " " << c.path;
  }
}

TEST(InputsTest, AFolderThatCannotBeUsedIsAUsageError) {
  const TestFolder folder;
  folder.File("file.mp3");
  EXPECT_NO_THROW(CheckFolder("--in", folder.path()));
  EXPECT_NO_THROW(CheckFolder("--in", folder / "shard-*"));
  for (const std::string& bad : {std::string(), folder / "none", folder / "file.mp3", std::string("nosuch://x")}) {
    EXPECT_THROW(CheckFolder("--in", bad), beam::UsageError) << bad;
  }
}

}  // namespace
}  // namespace klay
