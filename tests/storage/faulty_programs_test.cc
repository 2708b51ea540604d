// klay-beam on a store behind a network that fails: of thousands of small objects none is lost, doubled or cut,
// whatever happens to requests and to the program itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/file_contents.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/cli/wav_contents.h"
#include "tests/storage/fault_proxy.h"
#include "tests/storage/store.h"

namespace klay {
namespace {

using beam::testing_files::ReadWhole;
using beam::testing_files::TestFolder;
using beam::testing_storage::Fault;
using beam::testing_storage::FaultPlan;
using beam::testing_storage::FaultProxy;
using beam::testing_storage::NameOf;
using beam::testing_storage::OpenStore;
using beam::testing_storage::Store;
using testing::HasSubstr;
using Json = nlohmann::json;
using Files = std::map<std::string, std::string>;  // contents by name

constexpr int kNoAudio = 100;  // one file of so many

// What the program says of its inputs.
struct Counts {
  std::int64_t matched, done, skipped, failed;
};

class FaultyStorePrograms : public testing::Test {
 protected:
  FaultyStorePrograms() {
    // From here on it is led to the emulator itself, whatever the environment says.
    store_.files->Status(store_.root + "nothing");
    for (int i = 0; i < objects_; ++i) {
      local_.File("in/" + std::to_string(i / 5000) + "/" + std::to_string(i) + ".wav",
                  i % kNoAudio == 0 ? "no audio, but file " + std::to_string(i) : SmallWav(i));
    }
  }

  // Each of the faults, but those that this store's client or its emulator does not know.
  FaultPlan AllFaults(std::uint64_t seed) const {
    const double share = objects_ < 1'000 ? 0.02 : 0.003;
    FaultPlan plan{.seed = seed,
                   .shares = {{Fault::kReset, share},
                              {Fault::kLostAnswer, share},
                              {Fault::kUnavailable, share / 10},
                              {Fault::kTooMany, share},
                              {Fault::kSlow, share},
                              {Fault::kTruncated, share}},
                   .storm_at = 100};  // chance alone now and then makes none
    if (is_gs_) plan.shares.insert({{Fault::kCutHead, share}, {Fault::kDamaged, share}});
    if (is_hdfs_) plan.shares.insert({Fault::kCutHead, share});
    return plan;
  }

  void ExpectAllHappened(const FaultProxy& proxy, const FaultPlan& plan) const {
    for (const auto& [fault, share] : plan.shares) EXPECT_GT(proxy.count(fault), 0U) << NameOf(fault);
  }

  std::vector<std::string> WithFlags(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), store_.flags.begin(), store_.flags.end());
    return arguments;
  }

  std::vector<std::string> Transcode(const std::string& from, const std::string& to) const {
    return WithFlags({"transcode", "--src_dir", from, "--target_dir", to, "--audio_suffix", ".wav",
                      "--target_audio_suffix", ".flac", "--direct_num_workers", "32", "--metrics_json", metrics_,
                      "--quiet"});
  }

  // Of the run that has just ended.
  Counts CountsOfRun() const {
    const Json files = Json::parse(ReadFile(metrics_)).at("files");
    return {files.at("matched"), files.at("done"), files.at("skipped"), files.at("failed")};
  }

  // But those under which a writer of HDFS that was killed has left a part of a file.
  std::vector<std::string> NamesBelow(const std::string& folder) const {
    std::vector<std::string> names;
    const std::unique_ptr<beam::FileListing> listing = store_.files->List(folder, {});
    for (beam::FileMetadata file; listing->Next(file);) {
      const std::string name = file.path.substr(folder.size());
      if (name.find("/.beam-") == std::string::npos) names.push_back(name);
    }
    return names;
  }

  // Those objects are as they should be, and nothing else is there.
  void ExpectPartOf(const Files& expected, const std::string& folder, std::size_t count) const {
    const std::vector<std::string> names = NamesBelow(folder);
    EXPECT_EQ(names.size(), count);
    for (const std::string& name : names) {
      const auto found = expected.find(name);
      ASSERT_NE(found, expected.end()) << name;
      ASSERT_TRUE(ReadWhole(*store_.files->OpenRead(folder + name), 1 << 16) == found->second) << name;
    }
  }

  Store store_ = OpenStore();
  const bool is_gs_ = store_.root.starts_with("gs://");
  const bool is_hdfs_ = store_.root.starts_with("hdfs://");
  const int objects_ = store_.traits.many;
  const TestFolder local_;
  const std::string metrics_ = local_ / "metrics.json";
};

TEST_F(FaultyStorePrograms, NothingIsLostDoubledOrCut) {
  const std::string in = store_.root + "in/";
  // The emulator of gs:// lists a bucket by looking at all that is in it, so results have their own.
  const std::string out =
      is_gs_ ? "gs://klay-out/" + store_.root.substr(std::strlen("gs://klay/")) : store_.root + "out/";
  const auto all = static_cast<std::int64_t>(objects_);
  const std::int64_t no_audio = all / kNoAudio;

  const ProgramResult expected_result = RunKlayBeam(Transcode(local_ / "in/", local_ / "out/"));
  const Files expected = Contents(local_ / "out/");
  ASSERT_EQ(static_cast<std::int64_t>(expected.size()), all - no_audio) << expected_result.err;

  {
    const FaultPlan plan = AllFaults(1);
    const FaultProxy proxy(store_.endpoint, plan);
    store_.LeadTo(proxy.endpoint());
    const ProgramResult copied = RunKlayBeam(WithFlags({"cp", "--recursive", "--threads", "64", local_ / "in/", in}));
    EXPECT_EQ(copied.exit_code, 0) << copied.err;
    EXPECT_THAT(copied.out, HasSubstr(std::to_string(all) + " files: " + std::to_string(all) + " copied"));
    EXPECT_THAT(copied.out, HasSubstr(" 0 skipped, 0 failed"));
    ExpectAllHappened(proxy, plan);
  }
  EXPECT_EQ(static_cast<std::int64_t>(NamesBelow(in).size()), all);

  // Killed when a part is done.
  {
    const FaultProxy proxy(store_.endpoint, AllFaults(2));
    store_.LeadTo(proxy.endpoint());
    KlayBeamProgram killed(Transcode(in, out));
    while (proxy.requests() < static_cast<std::uint64_t>(all))
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    killed.Send(SIGKILL);
    killed.Wait();
  }
  const auto there = static_cast<std::int64_t>(NamesBelow(out).size());
  EXPECT_LT(there, all - no_audio);
  ExpectPartOf(expected, out, static_cast<std::size_t>(there));

  // Damaged objects fail by name, and are done by the next run.
  Counts counts{};
  std::uint64_t damaged = 0;
  {
    const FaultPlan plan = AllFaults(3);
    const FaultProxy proxy(store_.endpoint, plan);
    store_.LeadTo(proxy.endpoint());
    const ProgramResult result = RunKlayBeam(Transcode(in, out));
    EXPECT_EQ(result.exit_code, 3) << result.err;
    counts = CountsOfRun();
    damaged = proxy.count(Fault::kDamaged);
    ExpectAllHappened(proxy, plan);
  }
  EXPECT_EQ(counts.matched, all);
  EXPECT_EQ(counts.skipped, there);
  EXPECT_EQ(counts.done + counts.skipped + counts.failed, all);
  EXPECT_LE(counts.failed, no_audio + static_cast<std::int64_t>(damaged));
  const std::int64_t done = there + counts.done;

  store_.LeadTo(store_.endpoint);
  const ProgramResult last = RunKlayBeam(Transcode(in, out));
  EXPECT_EQ(last.exit_code, 3) << last.err;
  counts = CountsOfRun();
  EXPECT_EQ(counts.skipped, done);
  EXPECT_EQ(counts.done, all - no_audio - done);
  EXPECT_EQ(counts.failed, no_audio);
  ExpectPartOf(expected, out, expected.size());
}

}  // namespace
}  // namespace klay
