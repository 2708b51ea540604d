#include "klay/path/path.h"

#include <gtest/gtest.h>

#include "beam/base/error.h"

namespace klay {
namespace {

constexpr const char* kError = "error";

std::string Moved(const char* path, const char* source_dir, const char* target_dir) {
  try {
    return MovePath(path, source_dir, target_dir);
  } catch (const beam::Error& error) {
    EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
    return kError;
  }
}

TEST(MovePath, Table) {
  struct Case {
    const char* path;
    const char* source_dir;
    const char* target_dir;
    const char* moved;
  };
  const Case cases[] = {
      // The table of the original.
      {"gs://audio/00/1009600.mp3", "gs://audio/", "/somewhere/else/", "/somewhere/else/00/1009600.mp3"},
      {"/audio/00/1009600.mp3", "/audio/", "/somewhere/else/", "/somewhere/else/00/1009600.mp3"},
      {"/a//audio/00/1009600.mp3", "/a/audio//", "/somewhere/else/", "/somewhere/else/00/1009600.mp3"},
      {"/audio/00/1009600.mp3", "/audio/", "gs://somewhere/else/", "gs://somewhere/else/00/1009600.mp3"},
      {"gs://audio/00/1009600.mp3", "gs://audio/01", "/t", kError},
      {"gs://audio/00/1009600.mp3", "//audio/00", "/t", kError},
      {"/audiox/b.wav", "/audio", "/t", kError},
      {"/a/b.wav", "", "/t", kError},
      {"a/b.wav", "", "/t", "/t/a/b.wav"},
      {"a/b.wav", ".", "/t", "/t/a/b.wav"},
      {"/a/b.wav", "/a", "", "b.wav"},
      {"/a/b", "/a/b", "/t/", "/t/"},  // the original: "/t/."
      {"gs://audio/00//x.mp3", "gs://audio", "gs://o//", "gs://o//00/x.mp3"},
      {"//a/b.wav", "/a", "/t", kError},
      {"///a/b.wav", "/a", "/t", "/t/b.wav"},
      // Every scheme.
      {"s3://bucket/x/y.flac", "s3://bucket/x", "s3://other", "s3://other/y.flac"},
      {"hdfs://host:8020/x/y.flac", "hdfs://host:8020/x/", "gs://other/z", "gs://other/z/y.flac"},
      {"hdfs:///x/y.flac", "hdfs:///x", "/t", "/t/y.flac"},
      {"hdfs:///x/y.flac", "hdfs://x", "/t", kError},
      {"abfs://box@account.dfs.core.windows.net/x/y.flac", "abfs://box@account.dfs.core.windows.net", "/t",
       "/t/x/y.flac"},
      {"abfs://box@account.dfs.core.windows.net/x", "abfs://other@account.dfs.core.windows.net", "/t", kError},
      {"gs://a/x", "s3://a", "/t", kError},
      {"gs://a/x", "gs://A", "/t", kError},
      {"gs://a/x", "/gs:/a", "/t", kError},
      {"gs://a/x", "", "/t", kError},
      {"gs://a/x", "gs://a", "gs://b", "gs://b/x"},
      {"gs://a", "gs://a/", "gs://b", "gs://b"},
      // Parts of a path.
      {"/a/./b/.//c.wav", "/./a", "/t", "/t/b/c.wav"},
      {"/a", "/a/b", "/t", kError},
      {"/a/b.wav", "/", "/t", "/t/a/b.wav"},
      {"a/b.wav", "/a", "/t", kError},
      {"./a/b.wav", "a", "t", "t/b.wav"},
      {"/a/b/../c.wav", "/a", "/t", kError},
      {"/a/../c.wav", "/a/..", "/t", "/t/c.wav"},
      {"/a/..c.wav", "/a", "/t", "/t/..c.wav"},
      {"/a/b c\n?.wav", "/a", "/t", "/t/b c\n?.wav"},
      {"gs:/a/x", "gs://a", "/t", kError},
      {"a:b://c/x", "a:b:", "/t", "/t/c/x"},  // a colon is no part of a scheme: a relative path
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Moved(c.path, c.source_dir, c.target_dir), c.moved)
        << c.path << " from " << c.source_dir << " to " << c.target_dir;
  }
}

TEST(RemoveSuffix, Table) {
  struct Case {
    const char* path;
    const char* suffix;
    const char* removed;
  };
  const Case cases[] = {
      {"gs://b/a.wav", ".wav", "gs://b/a"},
      {"a.WAV", ".wav", "a.WAV"},
      {"a.wav.wav", ".wav", "a.wav"},
      {"a.mp3", ".wav", "a.mp3"},
      {"a.wav", "", "a.wav"},  // the original: ""
      {".wav", ".wav", ""},
      {"", ".wav", ""},
      {"wav", ".wav", "wav"},
  };
  for (const Case& c : cases) EXPECT_EQ(RemoveSuffix(c.path, c.suffix), c.removed) << c.path << ' ' << c.suffix;
}

TEST(ReplaceSuffix, Table) {
  struct Case {
    const char* path;
    const char* old_suffix;
    const char* new_suffix;
    const char* replaced;
  };
  const Case cases[] = {
      {"gs://b/a.source.wav", ".source.wav", ".vocals.ogg", "gs://b/a.vocals.ogg"},
      {"t.wav", ".flac", ".mp3", "t.wav.mp3"},
      {"t.wav", "", ".mp3", "t.wav.mp3"},
      {"t.wav", ".wav", "", "t"},
      {"t.wav", "wav", "-30s.ogg", "t.-30s.ogg"},
  };
  for (const Case& c : cases) EXPECT_EQ(ReplaceSuffix(c.path, c.old_suffix, c.new_suffix), c.replaced) << c.path;
}

TEST(ReplaceExtension, Table) {
  struct Case {
    const char* path;
    const char* extension;
    const char* replaced;
  };
  const Case cases[] = {
      {"/a/b.wav", ".mp3", "/a/b.mp3"},
      {"/a/b.wav", "mp3", "/a/b.mp3"},
      {"/a/b.wav", "", "/a/b"},
      {"/a/b", ".mp3", "/a/b.mp3"},
      {"/a.d/b", ".mp3", "/a.d/b.mp3"},
      {"/a/b.tar.gz", ".zst", "/a/b.tar.zst"},
      {"/a/.hidden", ".mp3", "/a/.hidden.mp3"},
      {"/a/.hidden.wav", ".mp3", "/a/.hidden.mp3"},
      {"b.wav", ".npy", "b.npy"},
      {".wav", ".npy", ".wav.npy"},
      {"gs://my.bucket/b.wav", ".npy", "gs://my.bucket/b.npy"},
      {"gs://my.bucket/b", ".npy", "gs://my.bucket/b.npy"},
      {"gs://my.bucket", ".npy", "gs://my.bucket.npy"},
      {"s3://b/x.y/z.W", "w64", "s3://b/x.y/z.w64"},
      {"", ".npy", ".npy"},
  };
  for (const Case& c : cases) EXPECT_EQ(ReplaceExtension(c.path, c.extension), c.replaced) << c.path;
}

TEST(SplitWebDatasetName, Table) {
  struct Case {
    const char* path;
    const char* id;
    const char* extension;
  };
  const Case cases[] = {
      // The table of the original.
      {"/a/b.tar.gz", "/a/b", "tar.gz"},
      {"/a/b", "/a/b", ""},
      {"/a/.hidden", "/a/.hidden", ""},  // the original: "/a" and "hidden"
      {"/a/b..c", "/a/b", ".c"},
      {"gs://bucket/dir.x/abc.source.stem.mp3", "gs://bucket/dir.x/abc", "source.stem.mp3"},  // the original: "gs:/"
      // Beyond it.
      {"s3://bucket/a.wav", "s3://bucket/a", "wav"},
      {"hdfs://host.name:8020/a.wav", "hdfs://host.name:8020/a", "wav"},
      {"hdfs:///x.y/a.wav", "hdfs:///x.y/a", "wav"},
      {"abfs://box@account.dfs.core.windows.net/a.b.c", "abfs://box@account.dfs.core.windows.net/a", "b.c"},
      {"gs://my.bucket/a", "gs://my.bucket/a", ""},
      {"gs://my.bucket/.hidden.wav", "gs://my.bucket/.hidden", "wav"},
      {"a.wav", "a", "wav"},
      {"a//b.wav", "a//b", "wav"},
      {"/a.b/", "/a.b/", ""},
      {"/a/b.", "/a/b", ""},
      {"", "", ""},
      {".", ".", ""},
  };
  for (const Case& c : cases) {
    const WebDatasetName name = SplitWebDatasetName(c.path);
    EXPECT_EQ(name.id, c.id) << c.path;
    EXPECT_EQ(name.extension, c.extension) << c.path;
  }
}

}  // namespace
}  // namespace klay
