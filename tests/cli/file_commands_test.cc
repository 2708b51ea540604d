// ls, stat, cat and cp, as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class FileCommandsTest : public testing::Test {
 protected:
  FileCommandsTest() {
    folder_.File("in/a.txt", "first\n");
    folder_.File("in/b.txt", "second\n");
    folder_.File("in/deep/c.txt", "third\n");
    folder_.File("in/deep/[d].bin", std::string("\0\xFF", 2));
    folder_.File("in/empty");
  }

  // An argument stands for a path in the test's folder where it begins with '@'.
  ProgramResult Run(std::vector<std::string> arguments) const {
    for (std::string& argument : arguments) {
      if (argument.starts_with('@')) argument = folder_ / argument.substr(1);
    }
    return RunKlayBeam(arguments);
  }

  const TestFolder folder_;
};

TEST_F(FileCommandsTest, LsListsWhatIsNamed) {
  struct Case {
    std::vector<std::string> arguments;
    std::vector<std::string> names;
  };
  for (const Case& c : {
           Case{{"ls", "--paths", "@in"}, {"in/a.txt", "in/b.txt", "in/deep/", "in/empty"}},
           Case{{"ls", "--paths", "--recursive", "@in/"},
                {"in/a.txt", "in/b.txt", "in/deep/[d].bin", "in/deep/c.txt", "in/empty"}},
           Case{{"ls", "--paths", "@in/*.txt"}, {"in/a.txt", "in/b.txt"}},
           Case{{"ls", "@in/**.txt", "--paths"}, {"in/a.txt", "in/b.txt", "in/deep/c.txt"}},
           Case{{"ls", "--paths", "--", "@in/deep/[d].bin", "@in/b.txt"}, {"in/deep/[d].bin", "in/b.txt"}},
       }) {
    std::string expected;
    for (const std::string& name : c.names) expected += folder_ / name + "\n";
    const ProgramResult result = Run(c.arguments);
    EXPECT_EQ(result.out, expected) << testing::PrintToString(c.arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
  const ProgramResult columns = Run({"ls", "@in/b.txt", "@in"});
  EXPECT_THAT(columns.out, ContainsRegex(" 7  20[0-9-]+ [0-9:]+  [^ ]*/in/b.txt\n"));
  EXPECT_THAT(columns.out, ContainsRegex(" -  - +[^ ]*/in/deep/\n"));
}

TEST_F(FileCommandsTest, StatAndCatShowAFile) {
  const ProgramResult stat = Run({"stat", "@in/b.txt", "@in/deep"});
  EXPECT_EQ(stat.exit_code, 0);
  EXPECT_THAT(stat.out, HasSubstr("in/b.txt\nkind:          file\nsize:          7\nlast updated:  20"));
  EXPECT_THAT(stat.out, HasSubstr("in/deep\nkind:          folder\n"));
  EXPECT_EQ(Run({"cat", "@in/b.txt", "@in/*.txt", "@in/empty"}).out, "second\nfirst\nsecond\n");
  EXPECT_EQ(Run({"cat", "@in/deep/[d].bin"}).out, std::string("\0\xFF", 2));
}

TEST_F(FileCommandsTest, CpCopiesWhatIsNotThere) {
  EXPECT_EQ(Run({"cp", "@in", "@out", "--recursive", "--verify"}).out,
            "5 files: 5 copied (21 bytes), 0 skipped, 0 failed\n");
  EXPECT_EQ(Contents(folder_ / "out/"), Contents(folder_ / "in/"));

  EXPECT_THAT(Run({"cp", "@in", "@out", "--recursive"}).out, HasSubstr(": 0 copied (0 bytes), 5 skipped"));
  EXPECT_THAT(Run({"cp", "@in", "@out", "--recursive", "--overwrite"}).out,
              HasSubstr(": 5 copied (21 bytes), 0 skipped"));

  // Gone, of another size, older: each is copied again.
  std::filesystem::remove(folder_ / "out/a.txt");
  folder_.File("out/b.txt", "cut");
  std::filesystem::last_write_time(folder_ / "out/deep/c.txt",
                                   std::filesystem::last_write_time(folder_ / "in/deep/c.txt") - std::chrono::hours(1));
  EXPECT_THAT(Run({"cp", "@in", "@out", "--recursive"}).out, HasSubstr(": 3 copied (19 bytes), 2 skipped"));
  EXPECT_EQ(Contents(folder_ / "out/"), Contents(folder_ / "in/"));
}

TEST_F(FileCommandsTest, CpKnowsFilesFromFolders) {
  EXPECT_EQ(Run({"cp", "@in/a.txt", "@one"}).exit_code, 0);
  EXPECT_EQ(Run({"cp", "@in/a.txt", "@new/"}).exit_code, 0);
  EXPECT_EQ(Run({"cp", "@in/b.txt", "@in/deep/[d].bin", "@new"}).exit_code, 0);
  EXPECT_EQ(Run({"cp", "@in/**.txt", "@match/"}).exit_code, 0);
  EXPECT_EQ(ReadFile(folder_ / "one"), "first\n");
  EXPECT_THAT(Contents(folder_ / "new/"),
              ElementsAre(Pair("[d].bin", testing::_), Pair("a.txt", "first\n"), Pair("b.txt", "second\n")));
  EXPECT_THAT(Contents(folder_ / "match/"),
              ElementsAre(Pair("a.txt", testing::_), Pair("b.txt", testing::_), Pair("deep/c.txt", "third\n")));
}

TEST_F(FileCommandsTest, CpGoesOnBehindAFileThatFails) {
  folder_.Folder("out/a.txt");
  const ProgramResult result = Run({"cp", "@in", "@out", "--recursive"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("5 files: 4 copied (15 bytes), 0 skipped, 1 failed\n"));
  EXPECT_THAT(result.err, HasSubstr("klay-beam cp: cannot write \"" + folder_ / "out/a.txt" + "\": "));
}

TEST_F(FileCommandsTest, MistakesAreOneSentenceAndExitCode2) {
  struct Case {
    std::vector<std::string> arguments;
    std::string sentence;
  };
  for (const Case& c : {
           Case{{"ls"}, "klay-beam ls: give it a path; see klay-beam ls --help"},
           Case{{"ls", "@none"}, "/none\": check the path"},
           Case{{"ls", "@in/*.mp3"}, "no file matches \""},
           Case{{"ls", "--recursiv", "@in"}, "unknown flag --recursiv: did you mean --recursive?"},
           Case{{"ls", "zip://x"}, "no file system is registered for zip://"},
           Case{{"ls", "s3://music/", "--s3_access_key_id=k"}, "--s3_access_key_id would show a secret"},
           Case{{"stat", "hdfs://music"}, "hdfs:// needs --hdfs_host"},
           Case{{"stat", "hdfs://music", "--hdfs_host", "node", "--hdfs_port", "0"},
                "--hdfs_port must be from 1 to 65535"},
           Case{{"cat", "@in"}, "is a folder: name files, such as "},
           Case{{"cp", "@in/a.txt"}, "give it what to copy and where to"},
           Case{{"cp", "@in", "@out"}, "is a folder: --recursive copies what is in it"},
           Case{{"cp", "@in/*", "@out"}, "must be a folder: end it with '/'"},
           Case{{"cp", "@in/a.txt", "@in/b.txt", "@out"}, "there are several sources, so the target"},
       }) {
    const ProgramResult result = Run(c.arguments);
    const bool is_usage = c.sentence.find("registered") == std::string::npos;
    EXPECT_EQ(result.exit_code, is_usage ? 2 : 1) << testing::PrintToString(c.arguments);
    EXPECT_THAT(result.err, HasSubstr(c.sentence));
    EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << "it is not one line";
  }
}

}  // namespace
}  // namespace klay
