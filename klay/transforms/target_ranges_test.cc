// TargetRanges, over files that are told a thousand names by each request.
#include "klay/transforms/target_ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/io/file_systems.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/test_files.h"
#include "klay/transforms/target_folders.h"

namespace klay::internal {
namespace {

using Names = std::vector<std::string>;

constexpr char kRoot[] = "mem://b/out/";

// Counts requests as a store of objects makes them: each gives the names from one on that is told, a thousand at most.
class PagedFiles final : public beam::MemoryFileSystem {
 public:
  bool ListsFromAnywhere(const std::string&) override { return true; }

  std::unique_ptr<beam::FileListing> List(const std::string& prefix, const beam::ListOptions& options) override {
    EXPECT_FALSE(options.look_ahead);
    // What is behind a name that is there is asked for by that name.
    const int told = options.start_after.starts_with(prefix) && Get(options.start_after) ? 1 : 0;
    return std::make_unique<Listing>(*this, told, beam::MemoryFileSystem::List(prefix, options));
  }

  std::atomic<int> requests = 0;
  std::atomic<bool> is_away = false;
  std::chrono::milliseconds latency{0};  // of each request
  std::atomic<int> most_at_once = 0;
  int wanted_at_once = 1;

 private:
  void Request() {
    ++requests;
    const int at_once = ++at_once_;
    for (int most = most_at_once; at_once > most && !most_at_once.compare_exchange_weak(most, at_once);) {
    }
    std::this_thread::sleep_for(latency);
    // Where others are to come, one of the requests behind the first ones waits for them, however busy the machine is.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (requests > kAlone && most_at_once < wanted_at_once && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    --at_once_;
  }

  // Requests of which one may be all that is asked: until something came, nothing tells that more is worth it.
  static constexpr int kAlone = 17;

  std::atomic<int> at_once_ = 0;

  class Listing final : public beam::FileListing {
   public:
    Listing(PagedFiles& files, int told, std::unique_ptr<beam::FileListing> inner)
        : files_(files), told_(told), inner_(std::move(inner)) {}

    bool Next(beam::FileMetadata& entry) override {
      const bool more = inner_->Next(entry);
      if (!asked_ || (more && told_ == 1'000)) {
        if (files_.is_away) throw beam::Error("the store is away");
        files_.Request();
        if (std::exchange(asked_, true)) told_ = 0;
      }
      if (more) ++told_;
      return more;
    }

   private:
    PagedFiles& files_;
    bool asked_ = false;
    int told_;  // by the last request
    const std::unique_ptr<beam::FileListing> inner_;
  };
};

// "00000.wav", "00001.wav", ...
Names Numbered(int begin, int end) {
  Names names;
  for (int i = begin; i < end; ++i) names.push_back(std::to_string(100'000 + i).substr(1) + ".wav");
  return names;
}

double TimeOf(const std::string& name) { return static_cast<double>(name.size()) + 0.5; }

// A folder of targets, and what is known of it.
struct Targets {
  explicit Targets(Names names) : there(std::move(names)) {
    std::sort(there.begin(), there.end());
    for (const std::string& name : there) files.Put(kRoot + name, "x", TimeOf(name));
  }

  std::optional<double> Ask(const std::string& name) { return ranges.CompletedAt(files, kRoot, kRoot + name); }

  // Asks for all of these, and tells how many requests it took.
  int RequestsFor(const Names& names) {
    const int before = files.requests;
    for (const std::string& name : names) {
      const bool expected = std::binary_search(there.begin(), there.end(), name);
      EXPECT_EQ(Ask(name), expected ? std::optional(TimeOf(name)) : std::nullopt) << name;
    }
    return files.requests - before;
  }

  PagedFiles files;
  TargetRanges ranges;
  Names there;
};

constexpr int kThreads = 4;

// Does as many things by several threads, each of which takes the next one.
void SideBySide(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < count; at = next++) work(at);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(TargetRanges, NamesInOrderAreOneRequestAPage) {
  const struct {
    int there;
    int asked;
    int requests;
  } cases[] = {
      {0, 1, 1},     {0, 2'000, 1},     {1, 1, 1},         {1, 2, 1},         {998, 999, 1},
      {999, 999, 1}, {1'000, 999, 1},   {1'000, 1'000, 2}, {1'001, 1'001, 2}, {1'998, 1'998, 2},
      {3'000, 1, 1}, {1'999, 1'999, 3}, {500, 3'000, 1},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::to_string(c.asked) + " of " + std::to_string(c.there));
    Targets targets(Numbered(0, c.there));
    EXPECT_EQ(targets.RequestsFor(Numbered(0, c.asked)), c.requests);
    EXPECT_EQ(targets.ranges.listings(), c.requests);
    EXPECT_EQ(targets.RequestsFor(Numbered(0, c.asked)), 0) << "once more";
  }
}

// As threads take them, with holes where something is not done.
TEST(TargetRanges, BatchesInAnyOrderAreOneRequestEach) {
  constexpr int kBatches = 9;
  constexpr int kBatch = static_cast<int>(TargetRanges::kPage);
  Names there;
  for (int i = 0; i < kBatches * kBatch; ++i) {
    if (i % 7 != 3) there.push_back(Numbered(i, i + 1).front());
  }
  std::vector<Names> batches;
  for (int i = 0; i < kBatches; ++i) batches.push_back(Numbered(i * kBatch, (i + 1) * kBatch));
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(batches.begin(), batches.end(), random);
    Targets targets(there);
    int requests = 0;
    for (const Names& batch : batches) requests += targets.RequestsFor(batch);
    EXPECT_LE(requests, kBatches);
  }
  Targets targets(there);
  SideBySide(batches.size(), [&](std::size_t i) { targets.RequestsFor(batches[i]); });
  EXPECT_LE(targets.files.requests.load(), kBatches);
}

// Of results that are all there, nearly all, half of them, and none.
TEST(TargetRanges, ThreadsWithBatchesAskSideBySide) {
  constexpr int kBatches = 40;
  constexpr int kBatch = static_cast<int>(TargetRanges::kPage);
  // A request for a page that is on its way already, as somebody has gone on into it, is one of so many.
  constexpr int kAsked = kBatches + kBatches / static_cast<int>(TargetRanges::kMostKnownIsOneOf);
  std::vector<Names> batches;
  for (int i = 0; i < kBatches; ++i) batches.push_back(Numbered(i * kBatch, (i + 1) * kBatch));
  const struct {
    std::function<bool(int)> is_there;
    int least;  // threads that ask at once, at some time
    int most;   // requests
  } cases[] = {
      {[](int) { return true; }, 2, kAsked},
      {[](int i) { return i % 500 != 250; }, 2, kAsked},
      {[](int i) { return i < kBatches * kBatch / 2; }, 2, kBatches / 2 + kThreads},
      {[](int) { return false; }, 1, kThreads},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(&c - cases);
    Names there;
    for (int i = 0; i < kBatches * kBatch; ++i) {
      if (c.is_there(i)) there.push_back(Numbered(i, i + 1).front());
    }
    Targets targets(there);
    targets.files.latency = std::chrono::milliseconds(2);
    targets.files.wanted_at_once = c.least;
    SideBySide(batches.size(), [&](std::size_t i) { targets.RequestsFor(batches[i]); });
    EXPECT_LE(targets.files.requests.load(), c.most);
    EXPECT_GE(targets.files.most_at_once.load(), c.least);
  }
}

// As where no batches are made: what one of them asks for is what the others want, too.
TEST(TargetRanges, ThreadsInOnePageWaitForOneRequest) {
  constexpr int kPages = 60;
  const Names names = Numbered(0, kPages * static_cast<int>(TargetRanges::kPage));
  Targets targets(names);
  targets.files.latency = std::chrono::milliseconds(2);
  SideBySide(names.size(), [&](std::size_t i) { targets.RequestsFor({names[i]}); });
  // As nothing is known yet, each thread may ask where its own name is; then some ask for what is on its way already.
  EXPECT_LE(targets.files.requests.load(),
            kThreads + kPages + kPages / static_cast<int>(TargetRanges::kMostKnownIsOneOf));
}

// As threads do whose names are next to each other: whoever comes first asks for those before, too.
TEST(TargetRanges, NamesThatAreNearlyInOrderAreOneRequestAPage) {
  constexpr int kPages = 20;
  constexpr int kPage = static_cast<int>(TargetRanges::kPage);
  const Names names = Numbered(0, kPages * kPage);
  for (const int threads : {2, 4, 32}) {
    SCOPED_TRACE(threads);
    Names asked = names;
    for (auto at = asked.begin() + 1; asked.end() - at >= threads; at += threads) std::reverse(at, at + threads);
    Targets targets(names);
    EXPECT_EQ(targets.RequestsFor(asked), kPages);
  }
}

// Who jumps ahead from the end of what is known is believed to go on there, and asks once more where that was wrong.
TEST(TargetRanges, AJumpAheadIsTwoRequestsAtMost) {
  constexpr int kPages = 20;
  constexpr int kPage = static_cast<int>(TargetRanges::kPage);
  const Names names = Numbered(0, kPages * kPage);
  Targets targets(names);
  EXPECT_EQ(targets.RequestsFor(Numbered(0, kPage)), 1);
  EXPECT_EQ(targets.RequestsFor(Numbered(10 * kPage, 11 * kPage)), 2);
  // What was told for nothing is of use to whoever does go on there.
  EXPECT_EQ(targets.RequestsFor(Numbered(kPage, 2 * kPage)), 0);
  EXPECT_EQ(targets.RequestsFor(Numbered(15 * kPage, 16 * kPage)), 1) << "not from the end of what is known";
}

TEST(TargetRanges, NamesInAnyOrderAreFound) {
  Names names = Numbered(0, 3'000);
  std::mt19937 random(1);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(names.begin(), names.end(), random);
    Names there(names.begin(), names.begin() + 2'000);
    Targets targets(there);
    targets.RequestsFor(names);
    EXPECT_EQ(targets.RequestsFor(names), 0);
  }
}

TEST(TargetRanges, WhatWasUsedLongAgoIsAskedForAgain) {
  Names names = Numbered(0, 700);
  Targets targets(names);
  std::reverse(names.begin(), names.end());
  EXPECT_EQ(targets.RequestsFor(names), 700) << "the worst order that there is: nothing is known of what comes next";
  EXPECT_EQ(targets.RequestsFor(Names(names.end() - 100, names.end())), 0);
  EXPECT_GT(targets.RequestsFor(names), 0);
}

TEST(TargetRanges, NamesAreKeptToTheByte) {
  const Names names = {"a",
                       "a b.wav",
                       "a.wav",
                       "a/b.wav",
                       "a/\xC3\xA9",
                       "b!",
                       "b\"",
                       "b#",
                       "b~",
                       "b\x7F",
                       "cafe\xCC\x81",
                       "caf\xC3\xA9",
                       "caf\xC3\xA8",
                       "z ",
                       "z",
                       "\xF0\x9F\x8E\xB5",
                       "\xF0\x9F\x8E\xB6"};
  const Names absent = {"A",
                        "a b",
                        "a/",
                        "a/b",
                        "a/\xC3\xA8",
                        "b",
                        "b$",
                        "cafe",
                        "caf\xC3\xAA",
                        "y",
                        "z!",
                        "\xF0\x9F\x8E\xB4",
                        "\xF0\x9F\x8E\xB7"};
  for (const std::string& first : names) {
    SCOPED_TRACE(first);
    Targets targets(names);
    targets.RequestsFor({first});
    targets.RequestsFor(absent);
    targets.RequestsFor(names);
  }
}

TEST(TargetRanges, OnlyFilesOfTheFolderWithBytesCount) {
  Targets targets({"a.wav", "c.wav"});
  targets.files.Put(std::string(kRoot) + "b.wav", "");
  for (const char* const other : {"mem://b/", "mem://b/a", "mem://b/out", "mem://b/out-2/a.wav", "mem://b/out.wav",
                                  "mem://b/out0", "mem://b/out0/a.wav", "mem://b/z", "mem://c/out/a.wav"}) {
    targets.files.Put(other, "x");
  }
  EXPECT_EQ(targets.RequestsFor({"b.wav", "a.wav", "c.wav", "d.wav", "\x7F"}), 2);
}

// As of the first look at it.
TEST(TargetRanges, WhatChangesMeanwhileIsAsItWas) {
  Targets targets({"a.wav", "c.wav"});
  targets.RequestsFor({"a.wav"});
  targets.files.Put(std::string(kRoot) + "b.wav", "x");
  targets.files.Delete(std::string(kRoot) + "c.wav");
  EXPECT_EQ(targets.RequestsFor({"a.wav", "b.wav", "c.wav"}), 0);
}

TEST(TargetRanges, AStoreThatFailsIsAskedAgain) {
  Targets targets({"a.wav"});
  targets.files.is_away = true;
  EXPECT_THAT(beam::testing_files::ErrorOf([&] { targets.Ask("a.wav"); }), testing::HasSubstr("the store is away"));
  targets.files.is_away = false;
  EXPECT_EQ(targets.RequestsFor({"a.wav"}), 1);
}

// The folder that targets lie in may be given without its slash, or not at all.
TEST(TargetFoldersInAStoreThatListsFromAnywhere, AreOneRequestForAllThatLieInThem) {
  const auto files = std::make_shared<PagedFiles>();
  const beam::ScopedFileSystem scope("mem", files);
  for (const char* const path :
       {"mem://b/out/1/a.wav", "mem://b/out/2/b.wav", "mem://b/out/3/c.wav", "mem://b/z.wav"}) {
    files->Put(path, "x", 7);
  }
  for (const char* const root : {"mem://b/out/", "mem://b/out", "mem://b/", "mem://b/elsewhere", "mem://c", ""}) {
    SCOPED_TRACE(root);
    files->requests = 0;
    TargetFolders folders(TargetFolders::Abandoned::kDelete);
    EXPECT_EQ(folders.CompletedAt("mem://b/out/1/a.wav", root), 7);
    EXPECT_EQ(folders.CompletedAt("mem://b/out/2/b.wav", root), 7);
    EXPECT_EQ(folders.CompletedAt("mem://b/out/2/c.wav", root), std::nullopt);
    EXPECT_EQ(folders.CompletedAt("mem://b/out/3/c.wav", root), 7);
    EXPECT_EQ(files->requests.load(), 1);
    EXPECT_EQ(folders.listings(), 1);
    // It lies in some of them only.
    EXPECT_EQ(folders.CompletedAt("mem://b/z.wav", root), 7);
    files->is_away = true;
    EXPECT_THROW(folders.CompletedAt("mem://b/a.wav", root), ListingError);
    files->is_away = false;
  }
}

}  // namespace
}  // namespace klay::internal
