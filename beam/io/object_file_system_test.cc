// ObjectFileSystem on a store of these tests' own, which fails as it is told. What real stores do is tested in
// tests/storage.
#include "beam/io/object_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/io/object_requests.h"
#include "beam/io/test_files.h"

namespace beam {
namespace {

using internal::CopyProgress;
using internal::ObjectInfo;
using internal::ObjectReader;
using internal::ObjectRequests;
using internal::ObjectStore;
using internal::PutProgress;
using internal::RetryPolicy;
using internal::StoreAnswer;
using internal::StoreVerb;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_files::ErrorOf;
using testing_files::ReadWhole;
using Kind = StoreAnswer::Kind;

// What the store holds, and how it answers. Requests are numbered from 1.
struct World {
  std::mutex mutex;
  std::map<std::string, std::string> objects;
  std::function<StoreAnswer(int request)> trouble = [](int) { return StoreAnswer{}; };
  int requests = 0;
  std::vector<std::size_t> reads;  // their sizes
  std::size_t page_size = 1'000;
  bool changed = false;

  StoreAnswer Ask() {
    const std::lock_guard lock(mutex);
    return trouble(++requests);
  }
};

class FakeReader final : public ObjectReader {
 public:
  FakeReader(World& world, const std::string& bytes) : world_(world), bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  StoreAnswer Read(std::uint64_t offset, char* out, std::size_t size) override {
    if (StoreAnswer answer = world_.Ask(); !answer.ok()) return answer;
    const std::lock_guard lock(world_.mutex);
    world_.reads.push_back(size);
    bytes_.copy(out, size, offset);
    return {};
  }
  bool pinned() const override { return false; }
  StoreAnswer CheckUnchanged() override {
    if (StoreAnswer answer = world_.Ask(); !answer.ok()) return answer;
    return world_.changed ? StoreAnswer{Kind::kChanged, "another tag"} : StoreAnswer{};
  }

 private:
  World& world_;
  const std::string bytes_;
};

class FakeStore : public ObjectStore {
 public:
  explicit FakeStore(World& world) : world_(world) {}

  StoreAnswer Look(const std::string& name, ObjectInfo& info) override {
    if (StoreAnswer answer = world_.Ask(); !answer.ok()) return answer;
    if (name == "b") {
      info.name = "b/";
      return {};
    }
    const auto found = world_.objects.find(name);
    if (found == world_.objects.end()) return {Kind::kNotFound, "nothing"};
    info = {.name = name, .size_in_bytes = static_cast<std::int64_t>(found->second.size())};
    return {};
  }

  // Asks once a page.
  StoreAnswer List(const std::string& folder, bool recursive, const TakePage& take) override {
    EXPECT_TRUE(recursive);
    std::vector<ObjectInfo> page;
    for (auto at = world_.objects.lower_bound(folder); at != world_.objects.end() && at->first.starts_with(folder);) {
      page.push_back({.name = at->first});
      ++at;
      if (page.size() < world_.page_size && at != world_.objects.end()) continue;
      if (StoreAnswer answer = world_.Ask(); !answer.ok()) return answer;
      if (!take(std::exchange(page, {}))) return {};
    }
    return {};
  }

  StoreAnswer Open(const std::string& name, std::unique_ptr<ObjectReader>& reader) override {
    if (StoreAnswer answer = world_.Ask(); !answer.ok()) return answer;
    const auto found = world_.objects.find(name);
    if (found == world_.objects.end()) return {Kind::kNotFound, "nothing"};
    reader = std::make_unique<FakeReader>(world_, found->second);
    return {};
  }

  StoreAnswer Put(const std::string& name, std::string_view bytes) override {
    if (StoreAnswer answer = world_.Ask(); !answer.ok()) return answer;
    const std::lock_guard lock(world_.mutex);
    world_.objects[name] = bytes;
    return {};
  }

  StoreAnswer CopySome(const std::string&, std::int64_t, const std::string&, CopyProgress&) override {
    return {Kind::kFailed, "it copies nothing by itself"};
  }
  StoreAnswer Delete(const std::string&) override { return world_.Ask(); }

 private:
  World& world_;
};

// Takes an object in four parts, each of which takes its time. The first upload is lost with the last of them; of the
// second one, that part is refused once.
class LosingStore final : public FakeStore {
 public:
  using FakeStore::FakeStore;

  StoreAnswer PutSome(const std::string& name, std::string_view bytes, PutProgress& progress) override {
    if (progress.upload.empty()) {
      progress.upload = std::to_string(++uploads_);
      return {};
    }
    const std::uint64_t part = bytes.size() / 4;
    const bool is_last = progress.sent == 3 * part;
    if (is_last && uploads_ == 1) {
      progress = {};
      return {Kind::kBusy, "410"};
    }
    if (is_last && !std::exchange(refused_, true)) return {Kind::kBusy, "503"};
    std::this_thread::sleep_for(std::chrono::milliseconds(80));
    progress.sent += part;
    progress.done = is_last;
    return is_last ? Put(name, bytes) : StoreAnswer{};
  }

 private:
  int uploads_ = 0;
  bool refused_ = false;
};

class ObjectFileSystemTest : public testing::Test {
 protected:
  std::vector<std::string> List(const std::string& prefix) {
    std::vector<std::string> paths;
    const std::unique_ptr<FileListing> listing = files_.List(prefix, {});
    for (FileMetadata entry; listing->Next(entry);) paths.push_back(entry.path);
    return paths;
  }
  void Put(const std::string& path, std::string_view bytes) {
    const std::unique_ptr<ByteSink> sink = files_.OpenWrite(path);
    sink->Write(bytes.data(), bytes.size());
    sink->Finish();
  }
  std::uint64_t Count(StoreVerb verb) const { return requests_->counts()[static_cast<std::size_t>(verb)]; }

  static constexpr RetryPolicy kImpatient{.pauses = {std::chrono::milliseconds(1), std::chrono::milliseconds(4)},
                                          .busy = std::chrono::milliseconds(200),
                                          .unreachable = std::chrono::milliseconds(20)};

  World world_;
  const ObjectRequests::OpenStore open_ = [this](std::unique_ptr<ObjectStore>& store) {
    store = std::make_unique<FakeStore>(world_);
    return StoreAnswer{};
  };
  const std::shared_ptr<ObjectRequests> requests_ = std::make_shared<ObjectRequests>("test", open_, kImpatient);
  ObjectFileSystem files_{requests_};
};

TEST_F(ObjectFileSystemTest, TriesAgainWhatABusyStoreRefuses) {
  world_.trouble = [](int request) {
    return request % 3 != 0 ? StoreAnswer{Kind::kBusy, "503 slow down"} : StoreAnswer{};
  };
  Put("s3://b/a", "content");
  EXPECT_EQ(ReadWhole(*files_.OpenRead("s3://b/a")), "content");
  EXPECT_THAT(List("s3://b/"), ElementsAre("s3://b/a"));
  EXPECT_TRUE(files_.Status("s3://b/a"));
  EXPECT_EQ(Count(StoreVerb::kWrite), 3u);
  EXPECT_EQ(Count(StoreVerb::kOpen), 3u);
  EXPECT_EQ(Count(StoreVerb::kRead), 3u);
}

TEST_F(ObjectFileSystemTest, GivesUpAStoreThatStaysBusy) {
  world_.trouble = [](int) { return StoreAnswer{Kind::kBusy, "503"}; };
  EXPECT_THAT(ErrorOf([&] { Put("gs://b/a", "x"); }), AllOf(HasSubstr("\"gs://b/a\""), HasSubstr("busy")));
  EXPECT_GT(Count(StoreVerb::kWrite), 3u);
}

// What went before it was lost is of no account for an upload that is begun anew and gets on.
TEST_F(ObjectFileSystemTest, AnUploadThatIsBegunAnewHasTheSamePatience) {
  ObjectFileSystem files(std::make_shared<ObjectRequests>(
      "test",
      [this](std::unique_ptr<ObjectStore>& store) {
        store = std::make_unique<LosingStore>(world_);
        return StoreAnswer{};
      },
      RetryPolicy{.pauses = {std::chrono::milliseconds(1), std::chrono::milliseconds(4)},
                  .busy = std::chrono::milliseconds(200)}));
  const std::unique_ptr<ByteSink> sink = files.OpenWrite("gs://b/a");
  sink->Write("1234", 4);
  sink->Finish();
  EXPECT_EQ(world_.objects["b/a"], "1234");
}

TEST_F(ObjectFileSystemTest, LeavesAStoreAloneAsLongAsItAsks) {
  using std::chrono::seconds;
  world_.objects["b/a"] = "content";
  world_.trouble = [](int request) {
    return request == 1 ? StoreAnswer{Kind::kBusy, "429", 1, seconds(1)} : StoreAnswer{};
  };
  // For which its patience is too short.
  EXPECT_THAT(ErrorOf([&] { files_.Status("gs://b/a"); }), HasSubstr("busy"));
  EXPECT_EQ(world_.requests, 1);

  world_.requests = 0;
  ObjectRequests patient(
      "test", open_,
      RetryPolicy{.pauses = {std::chrono::milliseconds(1), std::chrono::milliseconds(1)}, .busy = seconds(60)});
  const auto begin = std::chrono::steady_clock::now();
  ObjectInfo info;
  patient.Run(StoreVerb::kLook, "gs://b/a", [&](ObjectStore& store) { return store.Look("b/a", info); });
  EXPECT_GE(std::chrono::steady_clock::now() - begin, seconds(1));
  EXPECT_EQ(world_.requests, 2);
  EXPECT_EQ(info.name, "b/a");
}

// The store holds all requests back until as many are there as may be, and a moment longer for those that may not.
TEST_F(ObjectFileSystemTest, NoMoreRequestsAreInFlightThanMayBe) {
  constexpr int kThreads = 2 * ObjectRequests::kInFlight + 1;
  std::mutex mutex;
  std::condition_variable full;
  int now = 0;
  int most = 0;
  int done = 0;
  const ObjectRequests::Request held = [&](ObjectStore&) -> StoreAnswer {
    std::unique_lock lock(mutex);
    most = std::max(most, ++now);
    full.notify_all();
    if (done == 0) full.wait_for(lock, std::chrono::seconds(10), [&] { return most >= ObjectRequests::kInFlight; });
    full.wait_for(lock, std::chrono::milliseconds(50), [&] { return most > ObjectRequests::kInFlight; });
    --now;
    ++done;
    return {};
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] { requests_->Run(StoreVerb::kRead, "gs://b/a", held); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, ObjectRequests::kInFlight);
  EXPECT_EQ(done, kThreads);
}

struct TroubleCase {
  const char* scheme;
  Kind kind;
  const char* remedy;
};

TEST_F(ObjectFileSystemTest, SaysWhatToDo) {
  const TroubleCase cases[] = {
      {"gs://", Kind::kNotFound, "check the name"},
      {"gs://", Kind::kDenied, "Storage Object Viewer"},
      {"gs://", Kind::kNoCredentials, "gcloud auth application-default login"},
      {"gs://", Kind::kUnreachable, "STORAGE_EMULATOR_HOST"},
      {"gs://", Kind::kFailed, "the words of the store"},
      {"s3://", Kind::kDenied, "s3:GetObject"},
      {"s3://", Kind::kNoCredentials, "AWS_ACCESS_KEY_ID"},
      {"s3://", Kind::kUnreachable, "AWS_ENDPOINT_URL"},
      {"abfs://", Kind::kDenied, "Storage Blob Data Reader"},
      {"az://", Kind::kNoCredentials, "AZURE_STORAGE_CONNECTION_STRING"},
      {"s3://", Kind::kWrongClock, "set it"},
      {"s3://", Kind::kElsewhere, "--s3_region_name"},
      {"az://", Kind::kUnreachable, "BlobEndpoint"},
      {"gs://", Kind::kUntrusted, "SSL_CERT_FILE"},
  };
  for (const TroubleCase& c : cases) {
    const std::string path = std::string(c.scheme) + "b/a";
    const std::string text =
        ErrorOf([&] { internal::ThrowStoreError("read", path, {c.kind, "the words of the store\nin two lines"}); });
    EXPECT_THAT(text, AllOf(HasSubstr("cannot read \"" + path + "\""), HasSubstr(c.remedy), HasSubstr("the words of")));
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }
}

TEST_F(ObjectFileSystemTest, DoesNotAskAgainWhoNeverAnswered) {
  const struct {
    Kind kind;
    const char* remedy;
    bool asked_again;
  } cases[] = {{Kind::kNoCredentials, "credentials", false},
               {Kind::kUnreachable, "cannot be reached", false},
               {Kind::kWrongClock, "clock is wrong", false},
               {Kind::kDenied, "access is denied", true},
               {Kind::kBusy, "busy", true}};
  for (const auto& c : cases) {
    world_.trouble = [&](int) { return StoreAnswer{c.kind, "told to fail"}; };
    ObjectFileSystem files(std::make_shared<ObjectRequests>("test", open_, kImpatient));
    EXPECT_THAT(ErrorOf([&] { files.OpenRead("gs://b/a"); }), HasSubstr(c.remedy));
    const int before = world_.requests;
    EXPECT_THAT(ErrorOf([&] { files.Status("gs://b/other"); }),
                AllOf(HasSubstr("\"gs://b/other\""), HasSubstr(c.remedy)));
    EXPECT_EQ(world_.requests > before, c.asked_again) << c.remedy;
  }
}

// Of the time for one kind of failure, the other kind uses up nothing.
class ObjectRequestsTest : public ObjectFileSystemTest {
 protected:
  using Clock = std::chrono::steady_clock;

  // Asks until that succeeds or is given up; what it says then.
  std::string Look(const RetryPolicy& policy) {
    world_.objects["b/a"] = "bytes";
    ObjectRequests requests("test", open_, policy);
    ObjectInfo info;
    try {
      requests.Run(StoreVerb::kLook, "gs://b/a", [&](ObjectStore& store) { return store.Look("b/a", info); });
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }

  const RetryPauses pauses_ = kImpatient.pauses;
};

TEST_F(ObjectRequestsTest, ABusyStoreUsesUpNoTimeOfOneThatCannotBeReached) {
  constexpr std::chrono::milliseconds kUnreachable{400};
  const Clock::time_point end = Clock::now() + kUnreachable + std::chrono::milliseconds(10);
  bool lost = false;
  world_.trouble = [&](int) {
    if (Clock::now() < end) return StoreAnswer{Kind::kBusy, "503"};
    return std::exchange(lost, true) ? StoreAnswer{} : StoreAnswer{Kind::kUnreachable, "no connection"};
  };
  EXPECT_EQ(Look({.pauses = pauses_, .busy = std::chrono::minutes(1), .unreachable = kUnreachable}), "");
  EXPECT_TRUE(lost);
}

TEST_F(ObjectRequestsTest, AnAnswerEndsTheTimeWithoutAConnection) {
  constexpr std::chrono::milliseconds kUnreachable{400};
  const Clock::time_point end = Clock::now() + kUnreachable + std::chrono::milliseconds(10);
  world_.trouble = [&](int request) {
    if (Clock::now() >= end) return StoreAnswer{};
    return request % 2 == 0 ? StoreAnswer{Kind::kBusy, "503"} : StoreAnswer{Kind::kUnreachable, "no connection"};
  };
  EXPECT_EQ(Look({.pauses = pauses_, .busy = std::chrono::minutes(1), .unreachable = kUnreachable}), "");
}

TEST_F(ObjectRequestsTest, BothByTurnsAreGivenUp) {
  world_.trouble = [](int request) {
    return request % 2 == 0 ? StoreAnswer{Kind::kBusy, "503"} : StoreAnswer{Kind::kUnreachable, "no connection"};
  };
  EXPECT_THAT(Look({.pauses = pauses_, .busy = std::chrono::milliseconds(50), .unreachable = std::chrono::minutes(1)}),
              HasSubstr("busy"));
}

// One attempt of each takes longer than there is time for its kind.
TEST_F(ObjectRequestsTest, WaitingForAConnectionIsBeingWithoutOne) {
  constexpr std::chrono::milliseconds kTime{30};
  const struct {
    Kind kind;
    int requests;
  } cases[] = {{Kind::kUnreachable, 1}, {Kind::kBusy, 2}};
  for (const auto& c : cases) {
    world_.requests = 0;
    world_.trouble = [&](int) {
      std::this_thread::sleep_for(2 * kTime);
      return StoreAnswer{c.kind, "late"};
    };
    EXPECT_NE(Look({.pauses = pauses_, .busy = kTime, .unreachable = kTime}), "");
    EXPECT_EQ(world_.requests, c.requests);
  }
}

TEST_F(ObjectFileSystemTest, AnInterruptedListingLosesAndDoublesNothing) {
  std::vector<std::string> expected;
  for (int i = 1'000; i < 6'000; ++i) {
    world_.objects["b/" + std::to_string(i)] = "";
    expected.push_back("gs://b/" + std::to_string(i));
  }
  world_.page_size = 700;
  // From the start again: 1, 2, -, 1, 2, 3, 4, 5, -, ...
  world_.trouble = [](int request) {
    return request == 3 || request == 9 ? StoreAnswer{Kind::kBusy, "cut"} : StoreAnswer{};
  };
  EXPECT_EQ(List("gs://b/"), expected);
}

TEST_F(ObjectFileSystemTest, AListingThatIsDroppedEnds) {
  for (int i = 0; i < 50'000; ++i) world_.objects["b/" + std::to_string(i)] = "";
  world_.page_size = 10;
  FileMetadata entry;
  EXPECT_TRUE(files_.List("gs://b/", {})->Next(entry));
  EXPECT_LT(world_.requests, 5'000);
}

TEST_F(ObjectFileSystemTest, AHeaderCostsASmallRead) {
  world_.objects["b/a"] = std::string(20'000'000, 'x');
  const std::unique_ptr<ByteSource> source = files_.OpenRead("gs://b/a");
  char header[100];
  EXPECT_GT(source->Read(header, sizeof header), 0u);
  EXPECT_THAT(world_.reads, ElementsAre(std::size_t{1} << 20));
}

// Whoever has read on for long will go on: more is fetched ahead then, by longer requests, and little where nobody
// knows yet.
TEST_F(ObjectFileSystemTest, MoreIsFetchedAheadAsReadingGoesOn) {
  constexpr std::size_t kPart = std::size_t{4} << 20;
  constexpr std::size_t kSize = 45 * kPart;
  world_.objects["b/a"] = std::string(kSize, 'x');
  struct Case {
    std::size_t read;
    std::size_t least;  // parts that are fetched and not read
    std::size_t most;
    std::size_t longest;  // parts of one request
  };
  for (const Case& c : {Case{2 * kPart, 4, 6, 2}, Case{25 * kPart, 16, 20, 4}, Case{kSize, 0, 0, 4}}) {
    world_.reads.clear();
    {
      const std::unique_ptr<ByteSource> source = files_.OpenRead("gs://b/a");
      std::string part(kPart, '\0');
      for (std::size_t read = 0; read < c.read;) {
        const std::size_t count = source->Read(part.data(), std::min(part.size(), c.read - read));
        ASSERT_GT(count, 0u);
        read += count;
      }
    }
    std::size_t fetched = 0;
    for (const std::size_t size : world_.reads) fetched += size;
    EXPECT_LE(*std::max_element(world_.reads.begin(), world_.reads.end()), c.longest * kPart);
    EXPECT_GE(fetched - c.read, c.least * kPart) << c.read;
    EXPECT_LE(fetched - c.read, c.most * kPart) << c.read;
  }
}

TEST_F(ObjectFileSystemTest, ASmallObjectIsOneReadAndNoCheck) {
  world_.objects["b/a"] = std::string(1'500'000, 'x');
  EXPECT_EQ(ReadWhole(*files_.OpenRead("gs://b/a")).size(), 1'500'000u);
  EXPECT_EQ(Count(StoreVerb::kRead), 1u);
  EXPECT_EQ(Count(StoreVerb::kCheck), 0u);
}

TEST_F(ObjectFileSystemTest, NoticesThatAnObjectWasReplaced) {
  world_.objects["b/a"] = std::string(20'000'000, 'x');
  const std::unique_ptr<ByteSource> source = files_.OpenRead("gs://b/a");
  world_.changed = true;
  EXPECT_THAT(ErrorOf([&] { ReadWhole(*source); }), AllOf(HasSubstr("\"gs://b/a\""), HasSubstr("replaced")));
}

TEST_F(ObjectFileSystemTest, HoldsALargeObjectUntilItIsWhole) {
  std::string expected;
  std::string block(300'000, '\0');
  const std::unique_ptr<ByteSink> sink = files_.OpenWrite("gs://b/a");
  for (int i = 0; i < 150; ++i) {
    std::fill(block.begin(), block.end(), static_cast<char>('A' + i % 50));
    const std::size_t size = i % 2 == 0 ? block.size() : 1'000;
    sink->Write(block.data(), size);
    expected.append(block, 0, size);
    if (i % 40 == 0) {
      sink->Rewrite(static_cast<std::uint64_t>(i), "head", 4);
      expected.replace(static_cast<std::size_t>(i), 4, "head");
    }
  }
  // Now beyond what is kept in memory.
  for (int i = 0; i < 50; ++i) {
    sink->Write(block.data(), block.size());
    expected += block;
  }
  sink->Rewrite(4'000, "late", 4);
  expected.replace(4'000, 4, "late");
  EXPECT_EQ(world_.requests, 0);
  sink->Finish();
  EXPECT_TRUE(world_.objects["b/a"] == expected);
}

// As other programs have it.
TEST_F(ObjectFileSystemTest, RefusesAnAzureAccountInAPath) {
  struct Case {
    std::string path;
    std::string here;
  };
  const std::string account = "@klay.dfs.core.windows.net";
  for (const Case& c : {
           Case{"abfs://box" + account + "/music/a.wav", "abfs://box/music/a.wav"},
           Case{"az://box" + account + "/a.wav", "az://box/a.wav"},
           Case{"abfs://box" + account + "/", "abfs://box/"},
       }) {
    const std::string sentence = "\"" + c.path
        + "\" names its account, which the environment does here: set AZURE_STORAGE_ACCOUNT or "
          "AZURE_STORAGE_CONNECTION_STRING, and write \""
        + c.here + "\"";
    EXPECT_EQ(ErrorOf([&] { files_.List(c.path, {}); }), sentence);
    EXPECT_EQ(ErrorOf([&] { files_.Status(c.path); }), sentence);
    if (c.path.ends_with('/')) continue;
    EXPECT_EQ(ErrorOf([&] { files_.OpenRead(c.path); }), sentence);
    EXPECT_EQ(ErrorOf([&] { files_.OpenWrite(c.path); }), sentence);
  }
  EXPECT_EQ(world_.requests, 0);
  for (const char* path : {"abfs://box/a@b", "s3://box@point/a"}) {
    Put(path, "bytes");
    EXPECT_EQ(ReadWhole(*files_.OpenRead(path)), "bytes") << path;
  }
}

TEST_F(ObjectFileSystemTest, RefusesWhatNamesNoObject) {
  for (const char* path : {"gs://", "gs:///a", "gs://b", "gs://b/", "gs://b/f/", "s3://b/f//a"}) {
    EXPECT_THAT(ErrorOf([&] { files_.OpenWrite(path); }), HasSubstr("\"" + std::string(path) + "\"")) << path;
  }
  for (const char* path : {"gs://", "gs://b", "gs://b*"}) {
    EXPECT_THAT(ErrorOf([&] { files_.List(path, {}); }), HasSubstr("\"" + std::string(path) + "\"")) << path;
  }
}

}  // namespace
}  // namespace beam
