// What other programs have put into a store is seen and read to the byte, or a sentence says why it is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "beam/io/file_systems.h"
#include "beam/io/match_files.h"
#include "beam/io/path_text.h"
#include "beam/io/test_files.h"
#include "beam/testing.h"
#include "beam/transforms/map.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/storage/one_sentence.h"
#include "tests/storage/put_raw.h"
#include "tests/storage/store.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using beam::testing_storage::OpenStore;
using beam::testing_storage::PutRaw;
using beam::testing_storage::Store;
using testing::HasSubstr;

using Sentences = std::map<std::string, std::string>;  // by the scheme of those that do not read it

struct Case {
  std::string name;
  std::string bytes;
  Sentences not_read = {};
};

const std::string kEmptyPart = "has an empty part in its name, which cannot be used here";
const std::string kDots = "has a part \".\" or \"..\" in its name, which cannot be used here";

const std::vector<Case> kObjects = {
    {"spaces  in it", "1"},
    {"a+b%20c%", "2"},
    {"a#b?c=d&e", "3"},
    {"caf\xC3\xA9 \xE6\x97\xA5 \xF0\x9F\x8E\xB5", "4"},
    {"in/folder", "5"},
    {"dotted./...", "6"},
    {"parts/./name", "7", {{"s3", kDots}}},
    {"parts/name", "another"},
    {"parts/up/../name", "8", {{"s3", kDots}}},
    {"parts//name", "9", {{"s3", kEmptyPart}}},
    {"/name", "10", {{"s3", kEmptyPart}}},
};
// As consoles and other programs make them, so that there is a folder.
const std::vector<std::string> kMarkers = {"in/", "empty/", "empty/deep/"};

class ForeignObjects : public testing::Test {
 protected:
  ForeignObjects() {
    for (const std::string& marker : kMarkers) PutRaw(store_, marker, "");
  }

  void PutAll() {
    for (const Case& c : kObjects) {
      // Arrow cannot list it where Azure keeps it.
      if (scheme_ == "abfs" && c.not_read.contains("s3") && c.not_read.at("s3") == kEmptyPart) continue;
      PutRaw(store_, c.name, c.bytes);
      paths_.push_back(store_.root + c.name);
      const auto sentence = c.not_read.find(scheme_);
      if (sentence != c.not_read.end()) {
        not_read_[store_.root + c.name] = sentence->second;
      } else {
        contents_[c.name] = c.bytes;
      }
    }
    std::sort(paths_.begin(), paths_.end());
  }

  const Store store_ = OpenStore();
  const std::string scheme_ = beam::internal::SchemeOf(store_.root);
  const TestFolder local_;
  std::vector<std::string> paths_;               // in order
  std::map<std::string, std::string> contents_;  // of those that are read
  Sentences not_read_;                           // by path
};

TEST_F(ForeignObjects, AreListed) {
  PutAll();
  const ProgramResult result = RunKlayBeam({"ls", "--paths", "--recursive", store_.root});
  std::string lines;
  for (const std::string& path : paths_) lines += path + "\n";
  EXPECT_EQ(result.out, lines) << result.err;

  const beam::ScopedFileSystem scope(scheme_, store_.files);
  beam::TestPipeline p;
  beam::PAssert::That(p
                      | beam::MatchFiles("Match", store_.root + "**")
                      | beam::Map("Path", [](const beam::FileMetadata& file) { return file.path; }))
      .ContainsInAnyOrder(paths_);
  p.Run();
}

TEST_F(ForeignObjects, AreCopiedToTheByteOrNamed) {
  PutAll();
  const ProgramResult copied = RunKlayBeam({"cp", "--recursive", store_.root, local_ / "copies/"});
  std::map<std::string, std::string> wanted = contents_;
  for (const auto& [path, sentence] : not_read_) {
    EXPECT_THAT(copied.err, HasSubstr(beam::internal::Quoted(path) + " has a"));
    ExpectOneSentence(RunKlayBeam({"cat", path}), path, sentence);
  }
  // Where there are folders, these are other names.
  EXPECT_THAT(copied.err, HasSubstr("could lead out of \"" + local_ / "copies/" + "\""));
  wanted.erase("parts/up/../name");
  if (const auto same = wanted.find("parts/./name"); same != wanted.end()) {
    wanted.erase(same);
    wanted.erase("parts/name");
  }
  auto found = Contents(local_ / "copies/");
  if (!wanted.contains("parts/name")) found.erase("parts/name");
  EXPECT_EQ(found, wanted) << copied.err;
  for (const auto& [name, bytes] : contents_) EXPECT_EQ(RunKlayBeam({"cat", store_.root + name}).out, bytes) << name;
}

// Nothing is written beside the target, whatever a bucket has.
TEST_F(ForeignObjects, LeadNowhereElse) {
  if (scheme_ == "s3") return;  // its client would ask for another object
  PutRaw(store_, "in/../../../escaped", "bytes");
  const ProgramResult result = RunKlayBeam({"cp", "--recursive", store_.root, local_ / "a/b/"});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_THAT(result.err, HasSubstr("in/../../../escaped\" has a \"..\" in its name"));
  EXPECT_TRUE(Contents(local_.path()).empty());
}

TEST_F(ForeignObjects, WhatCannotBeListedIsNamed) {
  if (scheme_ != "abfs") return;
  PutRaw(store_, "in/fine", "bytes");
  PutRaw(store_, "in//name", "bytes");
  for (const std::vector<std::string>& arguments : {
           std::vector<std::string>{"ls", "--recursive", store_.root},
           std::vector<std::string>{"cp", "--recursive", store_.root, local_ / "copies/"},
       }) {
    ExpectOneSentence(RunKlayBeam(arguments), store_.root, "objects with an empty part in their names, such as");
  }
}

}  // namespace
}  // namespace klay
