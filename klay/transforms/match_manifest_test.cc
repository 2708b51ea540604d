// MatchManifest: names into files, none lost and none made up, with as few requests as the folders allow.
#include "klay/transforms/match_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/test_files.h"
#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/map.h"

namespace klay {
namespace {

using beam::PAssert;
using beam::testing_files::ErrorOf;
using beam::testing_files::TestFolder;
using testing::HasSubstr;

const std::string kManifest = "mem://lists/m.json";
const std::string kNone = ": there is no file of this name";

class MatchManifestTest : public testing::Test {
 protected:
  MatchManifestTest() {
    for (const char* const name : {"a.wav", "b/c.wav", "b/d [live].wav", "b/what?.wav", "b/whatX.wav", "b/e/f.wav"}) {
      files_->Put(std::string("mem://music/") + name, "12345", 7);
    }
    files_->Put("mem://music/empty.wav", "", 8);
  }

  // Runs it, and holds what comes out against "PATH SIZE TIME" and "PATH: REASON".
  void Expect(const std::string& json, const MatchManifest& step, const std::vector<std::string>& files,
              const std::vector<std::string>& missing) {
    files_->Put(kManifest, json);
    beam::TestPipeline p;
    const auto [found, not_found] = p | step;
    const auto described = found | beam::Map("Describe", [](const beam::FileMetadata& file) {
                             return file.path + ' ' + std::to_string(file.size_in_bytes) + ' '
                                 + std::to_string(static_cast<int>(file.last_updated_in_seconds));
                           });
    PAssert::That(described).ContainsInAnyOrder(files);
    PAssert::That(not_found | beam::Map("Reasons", [](const Failure& f) { return f.path + ": " + f.reason; }))
        .ContainsInAnyOrder(missing);
    EXPECT_NO_THROW(p.Run()) << json;
  }

  std::shared_ptr<beam::MemoryFileSystem> files_ = std::make_shared<beam::MemoryFileSystem>();
  std::shared_ptr<beam::FaultyFileSystem> faulty_ = std::make_shared<beam::FaultyFileSystem>(files_);
  beam::ScopedFileSystem scope_{"mem", faulty_};
};

TEST_F(MatchManifestTest, ListsAndObjects) {
  const std::vector<std::string> three = {"mem://music/a.wav 5 7", "mem://music/b/c.wav 5 7", "mem://music/a.wav 5 7"};
  for (const char* const base : {"mem://music", "mem://music/"}) {
    Expect("[\"a.wav\", \"b/c.wav\", \"a.wav\"]", {.manifest = kManifest, .base_folder = base}, three, {});
    Expect("{\"x\": [\"a.wav\", \"b/c.wav\"], \"y\": [], \"x2\": [\"a.wav\"]}",
           {.manifest = kManifest, .base_folder = base}, three, {});
  }
  Expect("[\"mem://music/a.wav\", \"mem://music/b/c.wav\", \"mem://music/a.wav\"]", {.manifest = kManifest}, three, {});
  Expect("[]", {.manifest = kManifest, .base_folder = "mem://music"}, {}, {});
  Expect("{}", {.manifest = kManifest, .base_folder = "mem://music"}, {}, {});
}

TEST_F(MatchManifestTest, NoNameVanishes) {
  Expect("[\"a.wav\", \"gone.wav\", \"gone.wav\", \"b\", \"b/\", \"\", \"nowhere/x.wav\", \"empty.wav\"]",
         {.manifest = kManifest, .base_folder = "mem://music"}, {"mem://music/a.wav 5 7", "mem://music/empty.wav 0 8"},
         {"mem://music/gone.wav" + kNone, "mem://music/gone.wav" + kNone, "mem://music/b" + kNone,
          "mem://music/b/" + kNone, "mem://music/" + kNone, "mem://music/nowhere/x.wav" + kNone});
}

TEST_F(MatchManifestTest, NamesAreLiteralUnlessAsked) {
  const std::string json = "[\"b/d [live].wav\", \"b/what?.wav\", \"b/*.wav\", \"**/f.wav\", \"*.mp3\", \"a.wav\"]";
  Expect(json, {.manifest = kManifest, .base_folder = "mem://music"},
         {"mem://music/b/d [live].wav 5 7", "mem://music/b/what?.wav 5 7", "mem://music/a.wav 5 7"},
         {"mem://music/b/*.wav" + kNone, "mem://music/**/f.wav" + kNone, "mem://music/*.mp3" + kNone});
  Expect(json, {.manifest = kManifest, .base_folder = "mem://music", .patterns = true},
         {"mem://music/b/what?.wav 5 7", "mem://music/b/whatX.wav 5 7", "mem://music/b/c.wav 5 7",
          "mem://music/b/d [live].wav 5 7", "mem://music/b/what?.wav 5 7", "mem://music/b/whatX.wav 5 7",
          "mem://music/b/e/f.wav 5 7", "mem://music/a.wav 5 7"},
         {"mem://music/b/d [live].wav: no file matches \"mem://music/b/d [live].wav\": check the folder and the end of "
          "the names",
          "mem://music/*.mp3: no file matches \"mem://music/*.mp3\": check the folder and the end of the names"});
}

TEST_F(MatchManifestTest, TheBaseFolderIsNeverAPattern) {
  files_->Put("mem://[live]/x.wav", "1", 1);
  files_->Put("mem://l/x.wav", "1", 1);
  Expect("[\"*.wav\", \"x.wav\", \"*.mp3\"]", {.manifest = kManifest, .base_folder = "mem://[live]", .patterns = true},
         {"mem://[live]/x.wav 1 1", "mem://[live]/x.wav 1 1"},
         {"mem://[live]/*.mp3: no file matches \"mem://[[]live]/*.mp3\": check the folder and the end of the names"});
}

TEST_F(MatchManifestTest, AFolderOfManyNamesIsListedOnce) {
  std::string json = "[\"a.wav\", \"b/c.wav\"";
  std::vector<std::string> expected = {"mem://music/a.wav 5 7", "mem://music/b/c.wav 5 7"};
  std::vector<std::string> missing;
  for (int i = 0; i < 500; ++i) {
    const std::string name = "many/" + std::to_string(i) + ".wav";
    json += ", \"" + name + '"';
    if (i % 10 == 3) {
      missing.push_back("mem://music/" + name + kNone);
    } else {
      files_->Put("mem://music/" + name, "1", 1);
      expected.push_back("mem://music/" + name + " 1 1");
    }
    files_->Put("mem://music/many/not wanted " + std::to_string(i), "1", 1);
  }
  files_->Put("mem://music/many/3.wav/x", "1", 1);  // a folder of a name that is wanted
  Expect(json + "]", {.manifest = kManifest, .base_folder = "mem://music"}, expected, missing);
  EXPECT_EQ(faulty_->requests().lists, 1);
  EXPECT_EQ(faulty_->requests().statuses, 2);
}

TEST_F(MatchManifestTest, AFolderThatCannotBeListedIsSaidForEachOfItsNames) {
  std::string json = "[\"a.wav\"";
  std::vector<std::string> missing;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "many/" + std::to_string(i) + ".wav";
    json += ", \"" + name + '"';
    files_->Put("mem://music/" + name, "1", 1);
    missing.push_back("mem://music/" + name + ": cannot list \"mem://music/many/5.wav\": no permission");
  }
  faulty_->FailListing("mem://music/many/5.wav", "no permission");
  Expect(json + "]", {.manifest = kManifest, .base_folder = "mem://music"}, {"mem://music/a.wav 5 7"}, missing);
}

TEST_F(MatchManifestTest, AManifestThatIsNoneFailsTheRunByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"[\"a\",", "the manifest 'mem://lists/m.json' cannot be read: not JSON: "},
      {"", "cannot be read: the file is empty"},
      {"3", "the manifest 'mem://lists/m.json' is not a list of names"},
      {"[\"a.wav\", 3]", "has an entry that is no name, after 1"},
      {"{\"k\": [\"a.wav\"], \"other\": \"b.wav\"}", "'other' in the manifest 'mem://lists/m.json' is not a list"},
      {"{\"k\": [[\"a.wav\"]]}", "'k' in the manifest 'mem://lists/m.json' has an entry that is no name, after 0"},
  };
  for (const auto& [json, reason] : cases) {
    files_->Put(kManifest, json);
    EXPECT_THAT(ErrorOf([] {
                  beam::TestPipeline p;
                  p | MatchManifest{.manifest = kManifest, .base_folder = "mem://music"};
                  p.Run();
                }),
                HasSubstr(reason));
  }
  EXPECT_THAT(ErrorOf([] {
                beam::TestPipeline p;
                p | MatchManifest{.manifest = "mem://lists/absent.json"};
                p.Run();
              }),
              HasSubstr("the manifest 'mem://lists/absent.json' cannot be read: "));
}

TEST(MatchManifestOnDiskTest, LooksAtWhatIsThere) {
  const TestFolder folder;
  folder.File("music/a.wav", "123");
  folder.File("music/b/c.wav", "1");
  folder.Folder("music/d.wav");
  folder.Fifo("music/fifo.wav");
  folder.Link("music/dangling.wav", "nowhere");
  const std::string long_name(300, 'x');
  folder.File("list.json",
              "{\"all\": [\"a.wav\", \"b/c.wav\", \"d.wav\", \"fifo.wav\", \"dangling.wav\", \"a.wav/x\", \""
                  + long_name + "\"]}");
  beam::TestPipeline p;
  const auto [files, missing] = p | MatchManifest{.manifest = folder / "list.json", .base_folder = folder / "music"};
  // What is neither file nor folder is left to its reader to complain of, as with MatchFiles.
  PAssert::That(files
                | beam::Map("Names",
                            [](const beam::FileMetadata& file) {
                              return file.path.substr(file.path.rfind("music")) + ' '
                                  + std::to_string(file.size_in_bytes);
                            }))
      .ContainsInAnyOrder({"music/a.wav 3", "music/b/c.wav 1", "music/fifo.wav 0", "music/dangling.wav 0"});
  PAssert::That(
      missing
      | beam::Map("Missing", [](const Failure& f) { return f.path.substr(f.path.rfind("music")).substr(0, 15); }))
      .ContainsInAnyOrder({"music/d.wav", "music/a.wav/x", "music/xxxxxxxxx"});
  p.Run();
}

}  // namespace
}  // namespace klay
