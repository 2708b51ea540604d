// klay-beam on real audio in a store: the same results, to the byte, as on local files; and on what is not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/storage/one_sentence.h"
#include "tests/storage/store.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using beam::testing_storage::OpenStore;
using beam::testing_storage::Store;
using testing::HasSubstr;

// Whole and damaged files of every format; names with spaces, brackets and stars.
std::string Fixtures() { return std::string(std::getenv("TEST_FIXTURES_DIR")) + "/damaged/"; }

std::map<std::string, std::string> ContentsOf(const Store& store, const std::string& folder) {
  std::map<std::string, std::string> contents;
  const std::unique_ptr<beam::FileListing> listing = store.files->List(folder, {});
  for (beam::FileMetadata file; listing->Next(file);) {
    contents[file.path.substr(folder.size())] = beam::testing_files::ReadWhole(*store.files->OpenRead(file.path));
  }
  return contents;
}

// `text`, with `folder` by another name.
std::string Renamed(std::string text, const std::string& folder) {
  for (std::size_t at = 0; (at = text.find(folder, at)) != std::string::npos;) text.replace(at, folder.size(), "@");
  return text;
}

// What was said of the files, with `folder` by another name. What differs between stores is
// left out: how long it took, and how many requests.
std::string Summary(const ProgramResult& result, const std::string& folder) {
  const std::size_t begin = result.out.find(" files: ");
  std::string text = begin == std::string::npos ? result.out : result.out.substr(begin);
  if (const std::size_t took = text.find("took "); took != std::string::npos) {
    text.erase(took, text.find('\n', took) - took);
  }
  for (const char* const store : {"\ngs: ", "\ns3: ", "\nabfs: ", "\nhdfs: "}) {
    if (const std::size_t at = text.find(store); at != std::string::npos) text.erase(at, text.find('\n', at + 1) - at);
  }
  return Renamed(std::move(text), folder);
}

// The store of this run, and the one to copy to.
class StorePrograms : public testing::Test {
 protected:
  ProgramResult Run(std::vector<std::string> arguments) const {
    for (const Store* const store : {&store_, &other_}) {
      arguments.insert(arguments.end(), store->flags.begin(), store->flags.end());
    }
    return RunKlayBeam(arguments);
  }

  ProgramResult Transcode(const std::string& from, const std::string& to, const std::string& suffix) const {
    return Run({"transcode", "--src_dir", from, "--target_dir", to, "--audio_suffix", suffix, "--target_audio_suffix",
                ".16k.wav", "--target_sample_rate", "16000", "--quiet"});
  }

  void FillStore() const {
    const ProgramResult copied = Run({"cp", "--recursive", "--verify", Fixtures(), in_});
    ASSERT_EQ(copied.exit_code, 0) << copied.err;
    EXPECT_TRUE(ContentsOf(store_, in_) == Contents(Fixtures()));
  }

  const Store store_ = OpenStore();
  const Store other_ = OpenStore(std::getenv("OTHER_STORE"));
  const std::string in_ = store_.root + "in/";
};

TEST_F(StorePrograms, RunExampleSaysTheSame) {
  FillStore();
  for (const char* const suffix : {".mp3", ".wav", ".ogg", ".m4a"}) {
    const auto run = [&](const std::string& folder) {
      return Run({"run-example", "--source_audio_path", folder, "--source_audio_suffix", suffix, "--quiet"});
    };
    const ProgramResult here = run(Fixtures());
    const ProgramResult there = run(in_);
    EXPECT_EQ(there.exit_code, here.exit_code) << suffix << there.err;
    EXPECT_EQ(Summary(there, in_), Summary(here, Fixtures())) << suffix;
    EXPECT_THAT(Summary(here, Fixtures()), HasSubstr("done")) << here.err;
  }
}

// Of all files together and of each, to the last digit.
TEST_F(StorePrograms, StatsSaysTheSame) {
  FillStore();
  const TestFolder local;
  const auto run = [&](const std::string& folder, const std::string& results) {
    return Run({"stats", "--source_audio_path", folder, "--match_suffix=", "--stats_json", results + "stats.json",
                "--per_file", results + "files.jsonl", "--quiet"});
  };
  const ProgramResult here = run(Fixtures(), local / "stats/");
  auto wanted = Contents(local / "stats/");
  ASSERT_THAT(wanted["stats.json"], HasSubstr("\"files\": ")) << here.err;
  ASSERT_THAT(wanted["files.jsonl"], HasSubstr(Fixtures())) << here.err;

  const ProgramResult there = run(in_, store_.root + "stats/");
  EXPECT_EQ(there.exit_code, here.exit_code) << there.err;
  EXPECT_EQ(Summary(there, in_), Summary(here, Fixtures()));
  auto figures = ContentsOf(store_, store_.root + "stats/");
  EXPECT_EQ(figures.size(), wanted.size());
  EXPECT_EQ(figures["stats.json"], wanted["stats.json"]);
  EXPECT_EQ(Renamed(figures["files.jsonl"], in_), Renamed(wanted["files.jsonl"], Fixtures()));
}

TEST_F(StorePrograms, LsStatAndCatShowWhatIsThere) {
  FillStore();
  const std::string odd = "ok-name [live] *odd?.wav";
  std::string all;
  std::string wavs;
  std::string stat;
  std::string bytes;
  const auto contents = Contents(Fixtures());
  for (const auto& [name, content] : contents) {
    all += in_ + name + "\n";
    if (!name.ends_with(".wav")) continue;
    wavs += in_ + name + "\n";
    bytes += content;
    stat += "path:          " + in_ + name + "\nkind:          file\nsize:          " + std::to_string(content.size())
        + "\nlast updated:  TIME\n";
  }
  ASSERT_TRUE(contents.contains(odd));
  struct Case {
    std::vector<std::string> arguments;
    std::string out;
  };
  for (const Case& c : {
           Case{{"ls", "--paths", store_.root}, in_ + "\n"},
           Case{{"ls", "--paths", in_}, all},
           Case{{"ls", "--paths", "--recursive", store_.root}, all},
           Case{{"ls", "--paths", in_ + "*.wav"}, wavs},
           Case{{"ls", "--paths", store_.root + "**.wav"}, wavs},
           Case{{"ls", "--paths", in_ + odd}, in_ + odd + "\n"},
           Case{{"stat", in_ + "*.wav"}, stat},
           Case{{"cat", in_ + "*.wav"}, bytes},
           Case{{"cat", in_ + odd}, contents.at(odd)},
           Case{{"cat", in_ + "bad-empty.wav"}, ""},
       }) {
    SCOPED_TRACE(testing::PrintToString(c.arguments));
    const ProgramResult result = Run(c.arguments);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.err, "");
    if (c.arguments[0] == "cat") {
      EXPECT_TRUE(result.out == c.out) << result.out.size() << " bytes instead of " << c.out.size();
    } else {
      const std::regex time("20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}");
      EXPECT_EQ(std::regex_replace(result.out, time, "TIME"), c.out);
    }
  }
}

TEST_F(StorePrograms, TranscodeWritesTheSameBytesFromAnywhereToAnywhere) {
  FillStore();
  const TestFolder local;
  const TestFolder fetched;
  for (const char* const suffix : {".wav", ".mp3"}) {
    const ProgramResult expected = Transcode(Fixtures(), local / suffix + "/", suffix);
    const auto wanted = Contents(local / suffix + "/");
    ASSERT_FALSE(wanted.empty()) << expected.err;

    struct Case {
      std::string from;
      const Store* to;  // null: local
      std::string folder;
    };
    for (const Case& c : {
             Case{Fixtures(), &store_, store_.root + "from-local" + suffix + "/"},
             Case{in_, &store_, store_.root + "within" + suffix + "/"},
             Case{in_, &other_, other_.root + "other" + suffix + "/"},
             Case{in_, nullptr, fetched / suffix + "/"},
         }) {
      SCOPED_TRACE(c.from + " to " + c.folder);
      const ProgramResult result = Transcode(c.from, c.folder, suffix);
      EXPECT_EQ(result.exit_code, expected.exit_code) << result.err;
      EXPECT_EQ(Summary(result, c.from), Summary(expected, Fixtures()));
      EXPECT_TRUE((c.to == nullptr ? Contents(c.folder) : ContentsOf(*c.to, c.folder)) == wanted);

      const ProgramResult again = Transcode(c.from, c.folder, suffix);
      EXPECT_THAT(again.out, HasSubstr(" 0 done, " + std::to_string(wanted.size()) + " skipped")) << again.err;
    }
  }
}

TEST_F(StorePrograms, NamesWhatIsMissing) {
  const TestFolder local;
  local.File("a.wav", "bytes");
  const std::string scheme = store_.root.substr(0, store_.root.find("://") + 3);
  struct Case {
    std::vector<std::string> arguments;
    std::string path;
    std::string sentence;
  };
  const std::string missing = store_.root + "no/such.wav";
  std::vector<Case> cases = {
      {{"stat", missing}, missing, "check the path"},
      {{"cat", missing}, missing, "check the path"},
      {{"ls", store_.root + "no/*.wav"}, store_.root + "no/*.wav", "check the pattern"},
      {{"cp", missing, local / "b.wav"}, missing, "check the path"},
      {{"run-example", "--source_audio_path", store_.root + "no", "--source_audio_suffix", ".wav", "--quiet"},
       store_.root + "no",
       "--source_audio_path"},
  };
  if (!store_.traits.has_folders) {
    const std::string bucket = scheme + "no-such-bucket-of-klay/";
    cases.push_back({{"ls", bucket}, bucket.substr(0, bucket.size() - 1), "check the name"});
    cases.push_back({{"ls", bucket + "*.wav"}, bucket.substr(0, bucket.size() - 1), "check the name"});
    cases.push_back({{"cp", local / "a.wav", bucket + "a.wav"}, bucket + "a.wav", "check the name"});
    cases.push_back({{"run-example", "--source_audio_path", bucket, "--source_audio_suffix", ".wav", "--quiet"},
                     bucket.substr(0, bucket.size() - 1),
                     "check the name"});
  }
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.arguments));
    ExpectOneSentence(Run(c.arguments), c.path, c.sentence);
  }
}

}  // namespace
}  // namespace klay
