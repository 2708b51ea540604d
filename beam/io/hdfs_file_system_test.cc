// What needs no server; tests/storage has the rest.
#include "beam/io/hdfs_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "beam/io/file_systems.h"
#include "beam/io/test_files.h"
#include "beam/io/webhdfs.h"

namespace beam {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing_files::ErrorOf;

TEST(HdfsTest, SaysWhatItNeeds) {
  EXPECT_THAT(ErrorOf([] { FileSystemFor("hdfs://a")->Status("hdfs://a"); }), HasSubstr("hdfs:// needs --hdfs_host"));
}

TEST(HdfsTest, SaysThatNobodyAnswers) {
  HdfsFileSystem files({.host = "127.0.0.1", .port = 1, .user = "", .full_urls = false});
  EXPECT_THAT(ErrorOf([&] { files.OpenRead("hdfs://music/a.mp3"); }),
              AllOf(HasSubstr("cannot open \"hdfs://music/a.mp3\": "),
                    HasSubstr("127.0.0.1:1 (--hdfs_host, --hdfs_port)"), Not(HasSubstr("\n"))));
}

TEST(HdfsTest, KnowsWhatTheServerCallsAPath) {
  struct Case {
    const char* path;
    bool full_urls;
    const char* path_or_error;  // of the error, the beginning
  };
  for (const Case& c : {
           Case{"hdfs://music/a.mp3", false, "/music/a.mp3"},
           {"hdfs:///music/a.mp3", false, "/music/a.mp3"},
           {"HDFS://music//a/", false, "/music/a"},
           {"hdfs://", false, "/"},
           {"hdfs://server/music/a", true, "/music/a"},
           {"hdfs://server:8020//a", true, "/a"},
           {"hdfs://server", true, "/"},
           {"hdfs://a/12:30", false, "HDFS has no names such as \"hdfs://a/12:30\""},
           {"hdfs://a/\xFF", false, "HDFS has no names such as \"hdfs://a/\\xFF\""},
       }) {
    const internal::WebHdfs hdfs({.host = "node", .port = 1, .user = "", .full_urls = c.full_urls});
    std::string got;
    try {
      got = hdfs.ServerPath(c.path);
    } catch (const Error& error) {
      got = error.what();
    }
    EXPECT_TRUE(c.path_or_error[0] == '/' ? got == c.path_or_error : got.starts_with(c.path_or_error))
        << c.path << ": " << got;
  }
}

}  // namespace
}  // namespace beam
