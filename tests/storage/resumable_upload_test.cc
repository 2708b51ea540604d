// Uploads of several parts to gs://, by Google's protocol: whatever happens to a part, an answer, or the upload itself,
// the object is there whole and once, or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/klay_beam_program.h"
#include "tests/storage/fault_proxy.h"
#include "tests/storage/on_gcs_stand_in.h"

namespace beam {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_storage::Fault;
using testing_storage::FaultProxy;
using testing_storage::NameOf;
using testing_storage::OnGcsStandIn;
using testing_storage::UploadTrouble;

constexpr std::size_t kUnit = std::size_t{256} << 10;  // what stores keep of a part that they do not take whole
constexpr std::size_t kPart = 2 * kUnit;
constexpr std::size_t kParts = 4;  // the last one shorter
constexpr std::size_t kAll = std::string::npos;
constexpr const char* kPath = "gs://klay/large";

class ResumableUpload : public OnGcsStandIn {
 protected:
  ResumableUpload() : OnGcsStandIn(kParts * kPart - 1000) {}

  // Sends the object to HOST:PORT; what it says where it cannot.
  std::string Put(const std::string& endpoint, milliseconds patience = std::chrono::minutes(1)) const {
    return ErrorIn(endpoint, patience, {.single = kPart, .part = kPart}, [&](FileSystem& files) {
      const std::unique_ptr<ByteSink> sink = files.OpenWrite(kPath);
      sink->Write(bytes_.data(), bytes_.size());
      sink->Finish();
    });
  }

  bool IsThereWhole() const { return store_.Get("klay/large") == bytes_; }
};

TEST_F(ResumableUpload, IsOneRequestAPart) {
  EXPECT_EQ(Put(server_.authority()), "");
  EXPECT_TRUE(IsThereWhole());
  EXPECT_THAT(server_.requests(), SizeIs(1 + kParts));
}

// Every request, and each part of each, meets the fault when it is first made.
TEST_F(ResumableUpload, NoFaultIsSeenByWhoSends) {
  for (const Fault fault : {Fault::kReset, Fault::kLostAnswer, Fault::kUnavailable, Fault::kTooMany, Fault::kSlow,
                            Fault::kTruncated, Fault::kCutHead, Fault::kExpired}) {
    SCOPED_TRACE(NameOf(fault));
    store_.Clear();
    const FaultProxy proxy(server_.authority(), {.shares = {{fault, 1.0}}, .times = 1, .storm = 2});
    EXPECT_EQ(Put(proxy.endpoint()), "");
    EXPECT_TRUE(IsThereWhole());
    EXPECT_THAT(store_.Uploaded(), ElementsAre("klay/large"));
    EXPECT_GE(proxy.count(fault), fault == Fault::kUnavailable ? 2 : kParts);
  }
}

// The checksum of the whole does not fit then, and all of it is sent again, until none of its parts is damaged.
TEST_F(ResumableUpload, DamagedPartsAreNoResult) {
  std::uint64_t damaged = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    store_.Clear();
    const FaultProxy proxy(server_.authority(), {.seed = seed, .shares = {{Fault::kDamaged, 0.2}}});
    EXPECT_EQ(Put(proxy.endpoint()), "");
    EXPECT_TRUE(IsThereWhole());
    EXPECT_THAT(store_.Uploaded(), ElementsAre("klay/large"));
    damaged += proxy.count(Fault::kDamaged);
  }
  EXPECT_GT(damaged, 5U);
}

// But for 401, which is a refusal if it comes twice in a row.
TEST_F(ResumableUpload, AllFaultsTogetherLoseNothing) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    store_.Clear();
    constexpr double kShare = 0.08;
    const FaultProxy proxy(server_.authority(),
                           {.seed = seed,
                            .shares = {{Fault::kReset, kShare},
                                       {Fault::kLostAnswer, kShare},
                                       {Fault::kUnavailable, kShare},
                                       {Fault::kSlow, kShare},
                                       {Fault::kTruncated, kShare},
                                       {Fault::kCutHead, kShare},
                                       {Fault::kDamaged, kShare / 2}},
                            .storm = 3});
    EXPECT_EQ(Put(proxy.endpoint()), "");
    EXPECT_TRUE(IsThereWhole());
  }
}

struct Word {
  std::string_view word;
  UploadTrouble trouble;
  // That the object is there may not be known to who has sent it, who then sends the same again.
  bool at_the_end_twice = false;
};
constexpr Word kWords[] = {
    {"taken", {.takes = kAll}},
    {"taken in part", {.takes = kUnit}},
    {"not taken", {.takes = 0}},
    {"taken, unavailable", {.takes = kAll, .status = 503}},
    {"taken in part, unavailable", {.takes = kUnit, .status = 503}},
    {"not taken, unavailable", {.takes = 0, .status = 500}},
    {"not taken, too many", {.takes = 0, .status = 429}},
    {"not taken, not authorized", {.takes = 0, .status = 401}},
    {"not taken, gone", {.takes = 0, .status = 404}},
    {"not taken, gone for good", {.takes = 0, .status = 410}},
    {"taken, gone", {.takes = kAll, .status = 410}, true},
};

TEST_F(ResumableUpload, GoesOnFromWhatTheStoreHas) {
  for (const Word& word : kWords) {
    for (std::size_t part = 0; part < kParts; ++part) {
      SCOPED_TRACE(std::string(word.word) + ", part " + std::to_string(part));
      store_.Clear();
      std::vector<UploadTrouble> troubles(part, UploadTrouble{.takes = kAll});
      troubles.push_back(word.trouble);
      store_.SetTroubles(troubles);
      EXPECT_EQ(Put(server_.authority()), "");
      EXPECT_TRUE(IsThereWhole());
      EXPECT_THAT(store_.Uploaded(), SizeIs(word.at_the_end_twice && part + 1 == kParts ? 2 : 1));
    }
  }
}

TEST_F(ResumableUpload, AnyStringOfTroublesLosesNothing) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    std::vector<UploadTrouble> troubles;
    std::string said;
    for (int i = 0; i < 12; ++i) {
      const Word& word = kWords[random() % std::size(kWords)];
      // A token is replaced once for a request; who is refused again is not known.
      if (word.trouble.status == 401 && !troubles.empty() && troubles.back().status == 401) continue;
      troubles.push_back(word.trouble);
      said += std::string(word.word) + "; ";
    }
    SCOPED_TRACE(said);
    store_.Clear();
    store_.SetTroubles(troubles);
    EXPECT_EQ(Put(server_.authority()), "");
    EXPECT_TRUE(IsThereWhole());
  }
}

// What is already there is not sent once more.
TEST_F(ResumableUpload, SendsWhatIsMissingAlone) {
  store_.SetTroubles({{.takes = kAll}, {.takes = kUnit, .status = 503}});
  EXPECT_EQ(Put(server_.authority()), "");
  std::vector<std::string> ranges;
  for (const testing_http::Request& request : server_.requests()) ranges.push_back(request.Header("content-range"));
  const std::string total = "/" + std::to_string(bytes_.size());
  const std::size_t there = kPart + kUnit;
  const auto range = [&](std::size_t begin, std::size_t end) {
    return "bytes " + std::to_string(begin) + "-" + std::to_string(end - 1) + total;
  };
  EXPECT_THAT(ranges,
              ElementsAre("", range(0, kPart), range(kPart, 2 * kPart), "bytes */" + std::to_string(bytes_.size()),
                          range(there, there + kPart), range(there + kPart, there + 2 * kPart),
                          range(there + 2 * kPart, bytes_.size())));
}

// A store that answers, but takes nothing, is given up like one that does not answer.
TEST_F(ResumableUpload, IsGivenUpWhereNothingComesOfIt) {
  for (const UploadTrouble& trouble : {
           UploadTrouble{.takes = 0, .status = 503},
           UploadTrouble{.takes = 0, .status = 308},
           UploadTrouble{.takes = 0, .status = 404},
           UploadTrouble{.takes = kPart, .status = 410},
       }) {
    SCOPED_TRACE(std::to_string(trouble.status) + " after " + std::to_string(trouble.takes));
    store_.Clear();
    std::vector<UploadTrouble> troubles(100'000, trouble);
    troubles.front() = {.takes = kAll};
    store_.SetTroubles(troubles);
    EXPECT_THAT(Put(server_.authority(), milliseconds(300)), AllOf(HasSubstr(kPath), HasSubstr("busy")));
    EXPECT_THAT(store_.Below("klay/"), IsEmpty());
  }
  SCOPED_TRACE("damaged");
  store_.Clear();
  const FaultProxy proxy(server_.authority(), {.shares = {{Fault::kDamaged, 1.0}}, .times = 100'000});
  EXPECT_THAT(Put(proxy.endpoint(), milliseconds(300)), AllOf(HasSubstr(kPath), HasSubstr("CRC32C")));
  EXPECT_THAT(store_.Below("klay/"), IsEmpty());
}

// Whoever is killed leaves nothing there; a rerun makes it whole.
TEST_F(ResumableUpload, OfAProgramThatIsKilledNothingIsSeen) {
  const testing_files::TestFolder local;
  std::string bytes;
  while (bytes.size() < (std::size_t{17} << 20)) bytes += bytes_;
  local.File("large.bin", bytes);
  ::setenv("STORAGE_EMULATOR_HOST", server_.url().c_str(), 1);
  const std::vector<std::string> copy = {"cp", local / "large.bin", kPath};
  std::vector<UploadTrouble> troubles(1'000, UploadTrouble{.takes = 0, .status = 503});
  troubles[0] = troubles[1] = {.takes = kUnit};
  store_.SetTroubles(troubles);
  {
    klay::KlayBeamProgram killed(copy);
    while (server_.requests().size() < 6) std::this_thread::sleep_for(milliseconds(10));
    killed.Send(SIGKILL);
    killed.Wait();
  }
  EXPECT_THAT(store_.Below("klay/"), IsEmpty());
  store_.SetTroubles({});
  const klay::ProgramResult result = klay::RunKlayBeam(copy);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(store_.Get("klay/large") == bytes);
}

}  // namespace
}  // namespace beam
