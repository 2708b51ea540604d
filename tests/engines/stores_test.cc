// Jobs on files in a store, whose workers are processes of the engine: what they have asked the store is told at the
// end, and of their ledger nothing is lost, however the engine ends them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "beam/io/test_files.h"
#include "beam/io/test_http_server.h"
#include "beam/testing/test_pipeline.h"
#include "klay/transforms/ledger_segments.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/cli/wav_contents.h"
#include "tests/storage/gcs_stand_in.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using beam::testing_http::Reply;
using beam::testing_http::Request;
using beam::testing_http::TestHttpServer;
using beam::testing_storage::GcsStandIn;
using testing::HasSubstr;
using Json = nlohmann::json;
using Requests = std::map<std::string, std::int64_t>;  // by the verb, without those that are none

constexpr int kFiles = 5;

// What a request to gs:// is for.
std::string VerbOf(const Request& request) {
  if (request.target.starts_with("/upload/")) return "write";
  if (request.target.find("alt=media") != std::string::npos) return "read";
  return request.method == "DELETE" ? "delete" : request.target.find("/o?") != std::string::npos ? "list" : "look";
}

class EngineStore : public testing::Test {
 protected:
  EngineStore() {
    ::setenv("STORAGE_EMULATOR_HOST", server_.url().c_str(), 1);
    // Engines do not pass on variables.
    std::ofstream(folder_ / "worker.sh") << "#!/usr/bin/env bash\nexport STORAGE_EMULATOR_HOST=" << server_.url()
                                         << "\nexec '" << std::getenv("KLAY_BEAM_PROGRAM") << "' \"$@\"\n";
    std::filesystem::permissions(folder_ / "worker.sh", std::filesystem::perms::owner_all);
    for (int i = 0; i < kFiles; ++i) {
      storage_.Put("music/in/" + std::to_string(i) + ".wav", SmallWav(i));
      storage_.Put("music/in/other" + std::to_string(i) + ".wave", SmallWav(i));
    }
  }
  ~EngineStore() override { ::unsetenv("STORAGE_EMULATOR_HOST"); }

  std::vector<std::string> OnTheEngine(std::vector<std::string> arguments) const {
    for (const std::string& more : beam::TestPipeline::DefaultArguments()) arguments.push_back(more);
    arguments.insert(arguments.end(),
                     {"--environment_type=PROCESS", "--environment_config=" + (folder_ / "worker.sh"),
                      "--sdk_location=container", "--quiet"});
    return arguments;
  }

  static std::vector<std::string> Transcode(const std::string& suffix, const std::string& target) {
    return {"transcode", "--src_dir=gs://music/in", "--audio_suffix=" + suffix, "--target_dir=" + target,
            "--target_audio_suffix=.flac"};
  }

  Requests Seen() const {
    Requests seen;
    for (const Request& request : server_.requests()) ++seen[VerbOf(request)];
    return seen;
  }

  TestFolder folder_;
  GcsStandIn storage_;
  TestHttpServer server_{[this](const Request& request) {
    return storage_.Answer(request, server_.url()).value_or(Reply{.status = 404});
  }};
};

// Those of the ledger, too, which the launcher looks through at the end.
TEST_F(EngineStore, TheRequestsOfWorkersAreTold) {
  for (const bool ledger : {false, true}) {
    SCOPED_TRACE(ledger);
    std::vector<std::string> arguments = OnTheEngine(Transcode(".wav", ledger ? "gs://music/other" : "gs://music/out"));
    arguments.push_back("--metrics_json=" + (folder_ / "metrics.json"));
    if (ledger) arguments.emplace_back("--ledger");
    Requests before = Seen();
    const ProgramResult result = RunKlayBeam(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const Json requests = Json::parse(ReadFile(folder_ / "metrics.json")).at("requests").at("gs");
    Requests told;
    for (const auto& [verb, count] : requests.items()) {
      if (count != 0) told[verb] = count;
    }
    Requests seen = Seen();
    for (auto& [verb, count] : seen) count -= before[verb];
    EXPECT_EQ(told, seen);
    EXPECT_EQ(told["read"], kFiles);
    EXPECT_EQ(told["look"], ledger ? kFiles : 0);
    EXPECT_GE(told["write"], ledger ? kFiles + 1 : kFiles);
    EXPECT_THAT(result.out, HasSubstr("gs: " + std::to_string(told["list"]) + " list, "));
  }
}

// A ledger, wherever it is, by the names of its segments.
using LedgerContents = std::function<std::map<std::string, std::string>()>;

std::set<std::string> InputsIn(const LedgerContents& ledger) {
  std::set<std::string> inputs;
  for (const auto& [name, text] : ledger()) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) inputs.insert(Json::parse(line)["input"].get<std::string>());
  }
  return inputs;
}

// Segments that workers have left which engines have ended are merged by whoever launches.
TEST_F(EngineStore, TheLedgerIsMergedAndLosesNothing) {
  struct Case {
    std::string target;
    LedgerContents ledger;
    std::function<void(const std::string& name, const std::string& text)> put;
  };
  const std::string local = folder_ / "out";
  std::filesystem::create_directories(local + "/.klay-ledger");
  for (const Case& c : {
           Case{local, [&] { return Contents(local + "/.klay-ledger"); },
                [&](const std::string& name, const std::string& text) {
                  std::ofstream(local + "/.klay-ledger/" + name) << text;
                }},
           Case{"gs://music/out", [&] { return storage_.Below("music/out/.klay-ledger/"); },
                [&](const std::string& name, const std::string& text) {
                  storage_.Put("music/out/.klay-ledger/" + name, text);
                }},
       }) {
    SCOPED_TRACE(c.target);
    std::set<std::string> expected;
    for (std::size_t i = 1; i < internal::kLedgerSegmentsALevel; ++i) {
      const std::string input = "former/" + std::to_string(i) + ".wav";
      internal::LedgerRecord record;
      record.input = input;
      c.put(std::to_string(1700000000000 + i) + "-0123456789abcdef-0.jsonl", internal::LedgerLine(record));
      expected.insert(input);
    }
    for (int i = 0; i < kFiles; ++i)
      expected.insert({std::to_string(i) + ".wav", "other" + std::to_string(i) + ".wave"});
    // Two at once, which write and merge one ledger.
    std::vector<std::string> of_wav = OnTheEngine(Transcode(".wav", c.target));
    std::vector<std::string> of_wave = OnTheEngine(Transcode(".wave", c.target));
    of_wav.emplace_back("--ledger");
    of_wave.emplace_back("--ledger");
    KlayBeamProgram one(of_wav);
    KlayBeamProgram two(of_wave);
    for (const ProgramResult& result : {one.Wait(), two.Wait()}) {
      EXPECT_EQ(result.exit_code, 0) << result.err;
      EXPECT_THAT(result.err, testing::Not(HasSubstr("could not be merged")));
    }
    EXPECT_EQ(InputsIn(c.ledger), expected);
    EXPECT_LT(c.ledger().size(), internal::kLedgerSegmentsALevel);
    // What is in it counts: a rerun does nothing.
    const ProgramResult again = RunKlayBeam(of_wave);
    EXPECT_THAT(again.out, HasSubstr(std::to_string(kFiles) + " skipped")) << again.err << again.out;
  }
}

}  // namespace
}  // namespace klay
