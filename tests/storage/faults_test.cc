// Stores behind a network that fails: what is asked of a FileSystem is done all the same, once and whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/io/path_text.h"
#include "beam/io/test_files.h"
#include "tests/storage/fault_proxy.h"
#include "tests/storage/files_at.h"
#include "tests/storage/store.h"

namespace beam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_files::ErrorOf;
using testing_files::ReadWhole;
using testing_storage::Fault;
using testing_storage::FaultPlan;
using testing_storage::FaultProxy;
using testing_storage::FilesAt;
using testing_storage::NameOf;
using testing_storage::OpenStore;
using testing_storage::Store;

void Put(FileSystem& files, const std::string& path, std::string_view bytes) {
  const std::unique_ptr<ByteSink> sink = files.OpenWrite(path);
  sink->Write(bytes.data(), bytes.size());
  sink->Finish();
}

// Does as many things by many threads, each of which takes the next one.
void SideBySide(std::size_t count, const std::function<void(std::size_t)>& work) {
  constexpr int kThreads = 64;
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < count; at = next++) {
        try {
          work(at);
        } catch (const Error& error) {
          ADD_FAILURE() << error.what();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

class FaultyStore : public testing::Test {
 protected:
  static std::vector<std::string> List(FileSystem& files, const std::string& root) {
    std::vector<std::string> names;
    const std::unique_ptr<FileListing> listing = files.List(root, {});
    for (FileMetadata entry; listing->Next(entry);) names.push_back(entry.path.substr(root.size()));
    return names;
  }

  // Those that this store's client knows.
  std::vector<Fault> KnownFaults() const {
    std::vector<Fault> faults = {Fault::kReset,   Fault::kLostAnswer, Fault::kUnavailable,
                                 Fault::kTooMany, Fault::kSlow,       Fault::kTruncated};
    // AWS' client takes a head that is cut for a whole one.
    if (scheme_ != "s3") faults.push_back(Fault::kCutHead);
    // Tokens that are replaced are Google's.
    if (scheme_ == "gs") faults.push_back(Fault::kExpired);
    return faults;
  }

  const Store store_ = OpenStore();
  const std::string scheme_ = internal::SchemeOf(store_.root);
};

// Every request meets the fault when it is first made, be it small, of several parts, or without bytes. Uploads of
// several parts to gs:// are in resumable_upload_test.cc, copies of several parts in copy_within_test.cc. All faults at
// once, each by a way of its own: some clients wait for a second before they try again.
TEST_F(FaultyStore, NoFaultIsSeenByWhoAsks) {
  const std::string small = "a few bytes";
  const std::string several_parts(std::size_t{12} << 20, 'x');
  const std::string one_part(std::size_t{5} << 20, 'x');
  const std::vector<Fault> faults = KnownFaults();
  SideBySide(faults.size(), [&](std::size_t i) {
    const Fault fault = faults[i];
    SCOPED_TRACE(NameOf(fault));
    // Each upload that is made anew would lose its answer anew.
    const bool is_lost = fault == Fault::kLostAnswer || fault == Fault::kTruncated;
    const std::string& large = is_lost && store_.traits.forgets_uploads ? one_part : several_parts;
    FaultProxy proxy(store_.endpoint,
                     {.shares = {{fault, 1.0}}, .times = 1, .storm = 2, .retry_after = std::chrono::seconds(0)});
    const std::shared_ptr<FileSystem> files = FilesAt(scheme_, proxy.endpoint());
    const std::string root = store_.root + std::to_string(i) + "/";
    Put(*files, root + "empty", "");
    Put(*files, root + "large", large);
    Put(*files, root + "small", small);
    EXPECT_THAT(List(*files, root), ElementsAre("empty", "large", "small"));
    EXPECT_EQ(files->Status(root + "large")->metadata.size_in_bytes, static_cast<std::int64_t>(large.size()));
    EXPECT_EQ(ReadWhole(*files->OpenRead(root + "empty")), "");
    EXPECT_EQ(ReadWhole(*files->OpenRead(root + "small")), small);
    EXPECT_TRUE(ReadWhole(*files->OpenRead(root + "large"), 1 << 20) == large);
    files->Copy(files->Status(root + "large")->metadata, root + "copy");
    EXPECT_TRUE(files->Delete(root + "large"));
    files->Rename(root + "small", root + "moved");
    EXPECT_TRUE(files->Delete(root + "empty"));
    EXPECT_THAT(List(*files, root), ElementsAre("copy", "moved"));
    EXPECT_EQ(ReadWhole(*files->OpenRead(root + "moved")), small);
    EXPECT_TRUE(ReadWhole(*files->OpenRead(root + "copy"), 1 << 20) == large);
    EXPECT_TRUE(files->Delete(root + "moved"));
    EXPECT_TRUE(files->Delete(root + "copy"));
    EXPECT_THAT(List(*files, root), IsEmpty());
    EXPECT_GT(proxy.count(fault), 10U);
  });
}

// The emulators of S3 look at no checksum, and give none; HDFS has none of what goes over HTTP.
class FaultyGcsStore : public FaultyStore {};

TEST_F(FaultyGcsStore, DamagedBytesAreNoResult) {
  const std::string bytes = "not to be changed";
  FaultProxy proxy(store_.endpoint, {.shares = {{Fault::kDamaged, 1.0}}, .times = 1});
  const std::shared_ptr<FileSystem> files = FilesAt(scheme_, proxy.endpoint());
  const std::string path = store_.root + "object";
  // Sent again, until the store has what was meant.
  Put(*files, path, bytes);
  EXPECT_EQ(proxy.count(Fault::kDamaged), 1U);
  EXPECT_EQ(ReadWhole(*store_.files->OpenRead(path)), bytes);

  EXPECT_THAT(ErrorOf([&] { ReadWhole(*files->OpenRead(path)); }),
              HasSubstr("\"" + path + "\": its bytes came damaged"));
  EXPECT_EQ(proxy.count(Fault::kDamaged), 2U);
  EXPECT_EQ(ReadWhole(*files->OpenRead(path)), bytes);
}

// As a run lasts longer than a token: all that are at work are refused at once, and go on with the next one.
TEST_F(FaultyGcsStore, TokensThatExpireLoseNothing) {
  constexpr std::size_t kObjects = 10'000;
  constexpr std::size_t kCopies = 1'000;
  constexpr double kShare = 0.003;
  // None is refused twice in a row: a token is good for more requests than are made at once.
  const FaultPlan plan{.shares = {{Fault::kReset, kShare},
                                  {Fault::kLostAnswer, kShare},
                                  {Fault::kUnavailable, kShare / 10},
                                  {Fault::kTooMany, kShare},
                                  {Fault::kSlow, kShare},
                                  {Fault::kTruncated, kShare},
                                  {Fault::kCutHead, kShare},
                                  {Fault::kExpired, kShare}},
                       .storm_at = 100,
                       .token_life = 1'000};
  FaultProxy proxy(store_.endpoint, plan);
  const std::shared_ptr<FileSystem> files = FilesAt(scheme_, proxy.endpoint());
  const auto name = [&](const std::string& folder, std::size_t i) {
    return store_.root + folder + std::to_string(100'000 + i);
  };
  const auto bytes = [](std::size_t i) { return "the bytes of object " + std::to_string(i); };
  SideBySide(kObjects, [&](std::size_t i) { Put(*files, name("in/", i), bytes(i)); });
  std::vector<FileMetadata> listed;
  const std::unique_ptr<FileListing> listing = files->List(store_.root, {});
  for (FileMetadata entry; listing->Next(entry);) listed.push_back(entry);
  ASSERT_EQ(listed.size(), kObjects);
  SideBySide(kCopies, [&](std::size_t i) { files->Copy(listed[i], name("out/", i)); });
  SideBySide(kObjects, [&](std::size_t i) {
    EXPECT_EQ(ReadWhole(*files->OpenRead(name(i < kCopies ? "out/" : "in/", i))), bytes(i));
  });
  EXPECT_EQ(List(*files, store_.root).size(), kObjects + kCopies);
  for (const auto& [fault, share] : plan.shares) EXPECT_GT(proxy.count(fault), 0U) << NameOf(fault);
  // Each that expires is refused to several who show it.
  EXPECT_GT(proxy.count(Fault::kExpired), 10U);
}

TEST_F(FaultyStore, TheSameSeedMeetsTheSameRequests) {
  Put(*store_.files, store_.root + "object", "bytes");
  const auto count = [&](std::uint64_t seed) {
    FaultProxy proxy(store_.endpoint, {.seed = seed, .shares = {{Fault::kReset, 0.3}, {Fault::kSlow, 0.3}}});
    const std::shared_ptr<FileSystem> files = FilesAt(scheme_, proxy.endpoint());
    for (int i = 0; i < 20; ++i) files->Status(store_.root + "object" + std::to_string(i));
    EXPECT_GT(proxy.count(Fault::kReset), 0U);
    EXPECT_GT(proxy.count(Fault::kSlow), 0U);
    return std::pair(proxy.count(Fault::kReset), proxy.count(Fault::kSlow));
  };
  EXPECT_EQ(count(1), count(1));
}

}  // namespace
}  // namespace beam
