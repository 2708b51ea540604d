// Copies within gs:// that take several requests, by Google's protocol: whatever happens to a request, an answer, or
// the copy itself, the object is there whole and once, or not at all, and what it is of stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

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
using testing_http::Request;
using testing_storage::Fault;
using testing_storage::FaultPlan;
using testing_storage::FaultProxy;
using testing_storage::NameOf;
using testing_storage::OnGcsStandIn;

constexpr std::size_t kPart = 1'000;
constexpr std::size_t kParts = 5;
constexpr const char* kFrom = "gs://klay/from";
constexpr const char* kTo = "gs://klay/to";

class CopyWithin : public OnGcsStandIn {
 protected:
  CopyWithin() : OnGcsStandIn(kParts * kPart - 10) {}

  // Does it by HOST:PORT; what it says where it cannot.
  std::string Copy(const std::string& endpoint, milliseconds patience = std::chrono::minutes(1)) {
    return ErrorIn(endpoint, patience, {}, [](FileSystem& files) { files.Copy(files.Status(kFrom)->metadata, kTo); });
  }

  std::string Move(const std::string& endpoint) {
    return ErrorIn(endpoint, std::chrono::minutes(1), {}, [](FileSystem& files) { files.Rename(kFrom, kTo); });
  }

  void Begin() {
    store_.Clear();
    store_.Put("klay/from", bytes_);
    store_.SetCopyPart(kPart);
  }

  void ExpectCopied() const {
    EXPECT_TRUE(store_.Get("klay/to") == bytes_);
    EXPECT_THAT(store_.Copied(), ElementsAre("klay/to"));
  }
};

bool IsCopy(const Request& request) { return request.target.find("/rewriteTo/") != std::string::npos; }

TEST_F(CopyWithin, IsOneRequestAPart) {
  Begin();
  EXPECT_EQ(Copy(server_.authority()), "");
  ExpectCopied();
  EXPECT_THAT(server_.requests(), SizeIs(1 + kParts));
}

// Every request, and each part of each, meets the fault when it is first made.
TEST_F(CopyWithin, NoFaultIsSeenByWhoCopiesOrMoves) {
  for (const Fault fault : {Fault::kReset, Fault::kLostAnswer, Fault::kUnavailable, Fault::kTooMany, Fault::kSlow,
                            Fault::kTruncated, Fault::kCutHead, Fault::kExpired}) {
    SCOPED_TRACE(NameOf(fault));
    const FaultPlan plan{.shares = {{fault, 1.0}}, .times = 1, .storm = 2, .retry_after = std::chrono::seconds(0)};
    Begin();
    {
      const FaultProxy proxy(server_.authority(), plan);
      EXPECT_EQ(Copy(proxy.endpoint()), "");
      EXPECT_GE(proxy.count(fault), kParts);
    }
    ExpectCopied();
    EXPECT_TRUE(store_.Get("klay/from") == bytes_);
    Begin();
    {
      const FaultProxy proxy(server_.authority(), plan);
      EXPECT_EQ(Move(proxy.endpoint()), "");
      EXPECT_GE(proxy.count(fault), kParts);
    }
    ExpectCopied();
    EXPECT_FALSE(store_.Get("klay/from"));
  }
}

TEST_F(CopyWithin, AllFaultsTogetherLoseNothing) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Begin();
    constexpr double kShare = 0.08;
    const FaultProxy proxy(server_.authority(),
                           {.seed = seed,
                            .shares = {{Fault::kReset, kShare},
                                       {Fault::kLostAnswer, kShare},
                                       {Fault::kUnavailable, kShare},
                                       {Fault::kSlow, kShare},
                                       {Fault::kTruncated, kShare},
                                       {Fault::kCutHead, kShare},
                                       {Fault::kExpired, kShare}},
                            .storm = 3,
                            .token_life = 1});
    EXPECT_EQ(Copy(proxy.endpoint()), "");
    ExpectCopied();
  }
}

// What a store has copied by a token that it has forgotten is copied once more.
TEST_F(CopyWithin, IsBegunAnewWhereTheStoreHasLostIt) {
  for (std::size_t lost = 2; lost <= kParts; ++lost) {
    SCOPED_TRACE(lost);
    Begin();
    std::size_t copies = 0;
    before_ = [&](const Request& request) {
      if (IsCopy(request) && ++copies == lost) store_.ForgetCopies();
    };
    EXPECT_EQ(Copy(server_.authority()), "");
    ExpectCopied();
    EXPECT_EQ(copies, lost + kParts);
  }
}

// A store that loses them all, or copies nothing, is given up like one that does not answer.
TEST_F(CopyWithin, IsGivenUpWhereNothingComesOfIt) {
  Begin();
  before_ = [&](const Request& request) {
    if (IsCopy(request) && request.target.find("rewriteToken") != std::string::npos) store_.ForgetCopies();
  };
  EXPECT_THAT(Copy(server_.authority(), milliseconds(300)), AllOf(HasSubstr(kFrom), HasSubstr("busy")));
  EXPECT_FALSE(store_.Get("klay/to"));
  before_ = [](const Request&) {};
  Begin();
  store_.SetCopyPart(0);
  EXPECT_THAT(Copy(server_.authority(), milliseconds(300)), AllOf(HasSubstr(kFrom), HasSubstr("busy")));
  EXPECT_FALSE(store_.Get("klay/to"));
}

// A copy is of one object, be it replaced between two of its requests.
TEST_F(CopyWithin, IsNoMixOfTwo) {
  Begin();
  std::size_t copies = 0;
  before_ = [&](const Request& request) {
    if (IsCopy(request) && ++copies == 3) store_.Put("klay/from", std::string(bytes_.size(), 'x'));
  };
  EXPECT_THAT(Copy(server_.authority()), AllOf(HasSubstr(kFrom), HasSubstr("changed or replaced")));
  EXPECT_THAT(store_.Copied(), IsEmpty());
}

}  // namespace
}  // namespace beam
