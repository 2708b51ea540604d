#include "beam/io/match_cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/local_file_system.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/test_files.h"

namespace beam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_files::ErrorOf;
using testing_files::TestFolder;

class Matching : public testing::Test {
 protected:
  std::vector<std::string> Match(const std::string& pattern, const std::string& start_after = "",
                                 EmptyMatchTreatment empty = EmptyMatchTreatment::kAllowIfWildcard) {
    MatchCursor cursor(folder_ / pattern, start_after.empty() ? "" : folder_ / start_after, empty);
    std::vector<std::string> paths;
    while (const std::optional<FileMetadata> match = cursor.Next()) paths.push_back(folder_.Short(match->path));
    return paths;
  }

  const TestFolder folder_;
};

TEST_F(Matching, FollowsTheGlobRules) {
  for (const char* name : {"a.mp3", "b.wav", "d/c.mp3", "d/e/f.mp3", "d/e/g.txt", "x [live].mp3", "x v.mp3"}) {
    folder_.File(name);
  }
  EXPECT_THAT(Match("**.mp3"), ElementsAre("a.mp3", "d/c.mp3", "d/e/f.mp3", "x [live].mp3", "x v.mp3"));
  EXPECT_THAT(Match("*.mp3"), ElementsAre("a.mp3", "x [live].mp3", "x v.mp3"));
  EXPECT_THAT(Match("d/**/*"), ElementsAre("d/e/f.mp3", "d/e/g.txt"));
  EXPECT_THAT(Match("d/*/f.mp3"), ElementsAre("d/e/f.mp3"));
  EXPECT_THAT(Match("d/"), ElementsAre("d/c.mp3"));
  EXPECT_THAT(Match("d?c.mp3"), ElementsAre("d/c.mp3"));
  EXPECT_THAT(Match("x [live].mp3"), ElementsAre("x v.mp3"));
  EXPECT_THAT(Match(Glob::Escape("x [live].mp3")), ElementsAre("x [live].mp3"));
  EXPECT_THAT(Match("**.mp3", "d/c.mp3"), ElementsAre("d/e/f.mp3", "x [live].mp3", "x v.mp3"));
}

TEST_F(Matching, LooksPlainPathsUp) {
  folder_.File("a.mp3", "123");
  folder_.Folder("folder.mp3");
  folder_.Link("dangling.mp3", "nothing");
  EXPECT_THAT(Match("a.mp3"), ElementsAre("a.mp3"));
  EXPECT_THAT(Match("a.mp3", "a.mp3"), IsEmpty());
  EXPECT_THAT(Match("folder.mp3"), ElementsAre("folder.mp3"));
  EXPECT_THAT(Match("dangling.mp3"), ElementsAre("dangling.mp3"));
  EXPECT_THAT(Match("*.mp3"), ElementsAre("a.mp3", "dangling.mp3"));
  EXPECT_EQ(MatchCursor(folder_ / "a.mp3").Next()->size_in_bytes, 3);
}

TEST_F(Matching, TreatsEmptyMatchesAsAsked) {
  using enum EmptyMatchTreatment;
  folder_.File("d/a.mp3");
  struct Case {
    const char* pattern;
    EmptyMatchTreatment treatment;
    const char* error;  // null: an empty result
  };
  for (const Case& c : {
           Case{"*.wav", kAllow, nullptr},
           Case{"x.wav", kAllow, nullptr},
           Case{"*.wav", kAllowIfWildcard, nullptr},
           Case{"?.wav", kAllowIfWildcard, "no file matches"},
           Case{"x.wav", kAllowIfWildcard, "there is nothing at"},
           Case{"*.wav", kDisallow, "no file matches"},
           Case{"q/**.wav", kDisallow, "there is no folder"},
           Case{"d", kDisallow, nullptr},
       }) {
    if (c.error == nullptr) {
      EXPECT_NO_THROW(Match(c.pattern, "", c.treatment)) << c.pattern;
    } else {
      EXPECT_THAT(ErrorOf([&] { Match(c.pattern, "", c.treatment); }), HasSubstr(c.error)) << c.pattern;
    }
  }
  // Nothing behind the last match is no empty match.
  EXPECT_THAT(Match("d/*.mp3", "d/a.mp3", kDisallow), IsEmpty());
}

TEST_F(Matching, LooksOnlyWhereMatchesMayBe) {
  folder_.File("a/x.mp3");
  folder_.File("b/y.mp3");
  const auto faulty = std::make_shared<FaultyFileSystem>(std::make_shared<LocalFileSystem>());
  const ScopedFileSystem scope("", faulty);
  EXPECT_THAT(Match("a/**.mp3"), ElementsAre("a/x.mp3"));
  EXPECT_EQ(faulty->requests().lists, 1);
  EXPECT_THAT(Match("b/y.mp3"), ElementsAre("b/y.mp3"));
  EXPECT_EQ(faulty->requests().lists, 1);
  EXPECT_EQ(faulty->requests().statuses, 1);
}

TEST_F(Matching, PassesListingErrorsOn) {
  for (const char* name : {"a", "b", "c"}) folder_.File(name);
  const auto faulty = std::make_shared<FaultyFileSystem>(std::make_shared<LocalFileSystem>());
  const ScopedFileSystem scope("", faulty);
  faulty->FailListing(folder_ / "b", "the disk is on fire");
  MatchCursor cursor(folder_ / "*");
  EXPECT_EQ(cursor.Next()->path, folder_ / "a");
  EXPECT_THAT(ErrorOf([&] { cursor.Next(); }), HasSubstr("the disk is on fire"));
}

TEST(MatchCursor, NamesAnUnknownScheme) {
  EXPECT_THAT(ErrorOf([] { MatchCursor cursor("quux://b/**"); }),
              testing::AllOf(HasSubstr("quux://"), HasSubstr("local paths"), HasSubstr("file://")));
}

}  // namespace
}  // namespace beam
