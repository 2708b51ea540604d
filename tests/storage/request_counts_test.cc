// What klay-beam says of the requests that it has sent to a store: just what a small job takes, whichever way bundles
// are run, and where that can be seen, what has come there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "beam/io/gcs/gcs_reader.h"
#include "beam/io/test_files.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/cli/wav_contents.h"
#include "tests/storage/fault_proxy.h"
#include "tests/storage/store.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using beam::testing_storage::FaultProxy;
using beam::testing_storage::OpenStore;
using beam::testing_storage::Store;
using testing::HasSubstr;
using Json = nlohmann::json;
using Requests = std::map<std::string, std::int64_t>;  // by the verb, without those that are none

constexpr int kFiles = 5;  // and one that is no audio

class StoreRequests : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kFiles; ++i) Put("in/" + std::to_string(i % 2) + "/" + std::to_string(i) + ".wav", SmallWav(i));
    Put("in/text.wav", "no audio");
    // Requests of gs:// are seen on their way.
    if (scheme_ == "gs") {
      proxy_.emplace(store_.endpoint, beam::testing_storage::FaultPlan{});
      store_.LeadTo(proxy_->endpoint());
    }
  }

  void Put(const std::string& name, std::string_view bytes) const {
    const std::unique_ptr<beam::ByteSink> sink = store_.files->OpenWrite(store_.root + name);
    sink->Write(bytes.data(), bytes.size());
    sink->Finish();
  }

  // Runs a job, and tells what it says that the store was asked. All it says is the same.
  Requests RequestsOf(std::vector<std::string> arguments) {
    const std::uint64_t before = proxy_ ? proxy_->requests() : 0;
    arguments.insert(arguments.end(), {"--quiet", "--metrics_json", local_ / "metrics.json"});
    arguments.insert(arguments.end(), store_.flags.begin(), store_.flags.end());
    const ProgramResult result = RunKlayBeam(arguments);
    EXPECT_EQ(result.exit_code, 3) << result.err;
    const Json all = Json::parse(ReadFile(local_ / "metrics.json")).at("requests");
    if (scheme_.empty()) {
      EXPECT_EQ(all, Json::object());
      return {};
    }
    EXPECT_EQ(all.size(), 1u) << all;
    Requests requests;
    std::string line;
    std::int64_t sum = 0;
    for (const char* const verb : {"list", "look", "read", "write", "copy", "move", "delete", "make folder"}) {
      const std::int64_t count = all.at(scheme_).at(verb);
      if (count == 0) continue;
      requests[verb] = count;
      line += (line.empty() ? scheme_ + ": " : ", ") + std::to_string(count) + " " + verb;
      sum += count;
    }
    EXPECT_THAT(result.out, HasSubstr("\n" + line + "\n"));
    if (proxy_) {
      EXPECT_EQ(static_cast<std::uint64_t>(sum), proxy_->requests() - before);
    }
    return requests;
  }

  Store store_ = OpenStore();
  const std::string scheme_ =
      store_.root.find("://") == std::string::npos ? "" : store_.root.substr(0, store_.root.find("://"));
  const TestFolder local_;
  std::optional<FaultProxy> proxy_;
};

TEST_F(StoreRequests, AreWhatASmallJobTakes) {
  const std::string in = store_.root + "in/";
  const auto transcode = [&](const std::string& to, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"transcode",      "--src_dir",      in,     "--target_dir",
                                          store_.root + to, "--audio_suffix", ".wav", "--target_audio_suffix",
                                          ".flac"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  struct Case {
    std::string what;
    std::vector<std::string> arguments;
    std::map<std::string, Requests> expected;  // by the scheme, where it is known
  };
  for (const std::string mode : {"in_memory", "fn_api"}) {
    const std::string out = mode + "/";
    for (const Case& c : {
             Case{"all to be done",
                  transcode(out),
                  {{"gs", {{"list", 2}, {"read", 6}, {"write", 5}}},
                   {"s3", {{"list", 4}, {"look", 15}, {"read", 6}, {"write", 5}}},
                   {"hdfs", {{"list", 6}, {"look", 12}, {"read", 12}, {"write", 10}, {"move", 5}}}}},
             Case{"all done",
                  transcode(out),
                  {{"gs", {{"list", 2}, {"read", 1}}},
                   {"s3", {{"list", 4}, {"look", 2}, {"read", 1}}},
                   {"hdfs", {{"list", 6}, {"look", 2}, {"read", 2}}}}},
             Case{"done anew",
                  transcode(out, {"--overwrite"}),
                  {{"gs", {{"list", 1}, {"read", 6}, {"write", 5}}},
                   {"s3", {{"list", 1}, {"look", 12}, {"read", 6}, {"write", 5}}},
                   {"hdfs", {{"list", 3}, {"look", 12}, {"read", 12}, {"write", 10}, {"move", 5}}}}},
             Case{"nothing to be written",
                  transcode("other/", {"--dry_run"}),
                  {{"gs", {{"list", 2}, {"read", 6}}},
                   {"s3", {{"list", 4}, {"look", 9}, {"read", 6}}},
                   {"hdfs", {{"list", 6}, {"look", 6}, {"read", 12}}}}},
             Case{"an example",
                  {"run-example", "--source_audio_path", in, "--source_audio_suffix", ".wav"},
                  {{"gs", {{"list", 1}, {"read", 6}}},
                   {"s3", {{"list", 1}, {"look", 6}, {"read", 6}}},
                   {"hdfs", {{"list", 3}, {"look", 6}, {"read", 12}}}}},
         }) {
      SCOPED_TRACE(c.what + ", " + mode);
      std::vector<std::string> arguments = c.arguments;
      arguments.insert(arguments.end(), {"--direct_running_mode", mode});
      const Requests found = RequestsOf(arguments);
      if (const auto expected = c.expected.find(scheme_); expected != c.expected.end()) {
        EXPECT_EQ(found, expected->second);
      }
    }
  }
}

// Who looks at no more than the header of a large file is sent what comes with every opening, and nothing else.
TEST_F(StoreRequests, OfAHeaderAreOneForTheBeginning) {
  if (!proxy_) return;
  constexpr std::size_t kSize = std::size_t{64} << 20;
  constexpr std::uint64_t kHeads = std::uint64_t{64} << 10;  // of answers, and the listings
  Put("large/1.wav", SilentWav(kSize));
  const std::uint64_t requests = proxy_->requests();
  const std::uint64_t bytes = proxy_->bytes_from_store();
  const ProgramResult result =
      RunKlayBeam({"transcode", "--src_dir", store_.root + "large/", "--target_dir", store_.root + "out/",
                   "--audio_suffix", ".wav", "--target_audio_suffix", ".flac", "--dry_run", "--quiet"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("\ngs: 2 list, 1 read\n"));
  EXPECT_EQ(proxy_->requests() - requests, 3u);
  EXPECT_LE(proxy_->bytes_from_store() - bytes, beam::internal::kGcsStreamBytes + kHeads);
}

// What the store tells in its answer to a write is not asked for once more.
TEST_F(StoreRequests, AreWhatACopyTakes) {
  for (int i = 0; i < kFiles; ++i) local_.File("music/" + std::to_string(i) + ".wav", SmallWav(i));
  // A copy whose time has lost its fraction would be older than what it is of, and be made again.
  std::this_thread::sleep_for(store_.traits.time_step);
  struct Case {
    std::string what;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> expected;  // by the scheme, where it is known
    std::uint64_t seen;                           // on their way to gs://
  };
  for (const Case& c : {
           Case{"a folder",
                {"cp", "--recursive", local_ / "music/", store_.root + "copies/"},
                {{"gs", "1 list, 5 write"}, {"s3", "1 list, 6 look, 5 write"}},
                6},
           Case{"a folder that is there",
                {"cp", "--recursive", local_ / "music/", store_.root + "copies/"},
                {{"gs", "1 list"}, {"s3", "1 list"}},
                1},
           Case{"within the store",
                {"cp", "--recursive", store_.root + "copies/", store_.root + "again/"},
                {{"gs", "2 list, 2 look, 5 copy"}, {"s3", "2 list, 7 look, 5 copy"}},
                9},
           Case{"a file",
                {"cp", "--overwrite", local_ / "music/0.wav", store_.root + "copies/"},
                {{"gs", "1 write"}, {"s3", "1 look, 1 write"}},
                1},
       }) {
    SCOPED_TRACE(c.what);
    const std::uint64_t before = proxy_ ? proxy_->requests() : 0;
    std::vector<std::string> arguments = c.arguments;
    arguments.insert(arguments.end(), store_.flags.begin(), store_.flags.end());
    const ProgramResult result = RunKlayBeam(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const auto expected = c.expected.find(scheme_);
    if (expected == c.expected.end()) continue;
    EXPECT_THAT(result.out, HasSubstr("\n" + scheme_ + ": " + expected->second + "\n"));
    if (proxy_) {
      EXPECT_EQ(proxy_->requests() - before, c.seen);
    }
  }
}

}  // namespace
}  // namespace klay
