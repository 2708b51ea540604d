// Stores behind a network that fails: what is asked of a FileSystem is done all the same, once and whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "beam/base/error.h"
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

class FaultyStore : public testing::Test {
 protected:
  std::vector<std::string> List(FileSystem& files) const {
    std::vector<std::string> names;
    const std::unique_ptr<FileListing> listing = files.List(store_.root, {});
    for (FileMetadata entry; listing->Next(entry);) names.push_back(entry.path.substr(store_.root.size()));
    return names;
  }

  const Store store_ = OpenStore();
  const std::string scheme_ = store_.root.substr(0, 2);
};

// Every request meets the fault when it is first made, be it small, of several parts, or without bytes. Uploads of
// several parts to gs:// are in resumable_upload_test.cc.
TEST_F(FaultyStore, NoFaultIsSeenByWhoAsks) {
  const std::string small = "a few bytes";
  const std::string several_parts(std::size_t{12} << 20, 'x');
  const std::string one_part(std::size_t{5} << 20, 'x');
  for (const Fault fault : {Fault::kReset, Fault::kLostAnswer, Fault::kUnavailable, Fault::kTooMany, Fault::kSlow,
                            Fault::kTruncated, Fault::kCutHead, Fault::kExpired}) {
    // AWS' client takes a head that is cut for a whole one, and keys of S3 have no tokens that are replaced.
    if (scheme_ == "s3" && (fault == Fault::kCutHead || fault == Fault::kExpired)) continue;
    SCOPED_TRACE(NameOf(fault));
    // Each upload that is made anew would lose its answer anew.
    const bool is_lost = fault == Fault::kLostAnswer || fault == Fault::kTruncated;
    const std::string& large = is_lost && store_.traits.forgets_uploads ? one_part : several_parts;
    FaultProxy proxy(store_.endpoint, {.shares = {{fault, 1.0}}, .times = 1, .storm = 2});
    const std::shared_ptr<FileSystem> files = FilesAt(scheme_, proxy.endpoint());
    const std::string& root = store_.root;

    Put(*files, root + "empty", "");
    Put(*files, root + "large", large);
    Put(*files, root + "small", small);
    EXPECT_THAT(List(*files), ElementsAre("empty", "large", "small"));
    EXPECT_EQ(files->Status(root + "large")->metadata.size_in_bytes, static_cast<std::int64_t>(large.size()));
    EXPECT_EQ(ReadWhole(*files->OpenRead(root + "empty")), "");
    EXPECT_EQ(ReadWhole(*files->OpenRead(root + "small")), small);
    EXPECT_TRUE(ReadWhole(*files->OpenRead(root + "large"), 1 << 20) == large);
    files->Rename(root + "small", root + "moved");
    EXPECT_TRUE(files->Delete(root + "large"));
    EXPECT_TRUE(files->Delete(root + "empty"));
    EXPECT_THAT(List(*files), ElementsAre("moved"));
    EXPECT_EQ(ReadWhole(*files->OpenRead(root + "moved")), small);
    EXPECT_TRUE(files->Delete(root + "moved"));
    EXPECT_THAT(List(*files), IsEmpty());
    EXPECT_GT(proxy.count(fault), 10U);
  }
}

// The emulators of S3 look at no checksum, and give none.
TEST_F(FaultyStore, DamagedBytesAreNoResult) {
  if (scheme_ != "gs") return;
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
