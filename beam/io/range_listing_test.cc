#include "beam/io/range_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "beam/base/error.h"
#include "beam/io/test_files.h"

namespace beam::internal {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_files::ErrorOf;
using Names = std::vector<std::string>;

constexpr std::size_t kPage = 100;

// A store that lists as Google's does: `begin` included, `end` not, and tokens that are names.
class World {
 public:
  explicit World(Names names) : names_(names.begin(), names.end()) {}

  void Fetch(const PageRequest& request, ObjectPage& page) {
    if (const int number = ++requests_; number == fails_at_) throw Error("request " + std::to_string(number));
    auto at = names_.lower_bound(std::max(request.prefix, std::max(request.begin, request.token)));
    for (; at != names_.end() && at->starts_with(request.prefix) && (request.end.empty() || *at < request.end); ++at) {
      if (page.objects.size() == page_size_) {
        page.next = *at;
        return;
      }
      page.objects.push_back({.name = *at});
    }
  }

  std::set<std::string> names_;
  std::atomic<int> requests_ = 0;
  int fails_at_ = 0;
  std::size_t page_size_ = kPage;
};

Names List(World& world, const PageRequest& whole) {
  RangeListing listing([&](const PageRequest& request, ObjectPage& page) { world.Fetch(request, page); }, whole);
  Names names;
  for (std::vector<ObjectInfo> objects; listing.Next(objects);) {
    EXPECT_FALSE(objects.empty());
    for (const ObjectInfo& info : objects) names.push_back(info.name);
  }
  return names;
}

Names Made(std::size_t count, const std::function<std::string(std::size_t)>& name) {
  Names names;
  for (std::size_t i = 0; i < count; ++i) names.push_back("b/" + name(i));
  return names;
}

std::string Padded(std::size_t number, std::size_t size) {
  const std::string digits = std::to_string(number);
  return std::string(size - std::min(size, digits.size()), '0') + digits;
}

struct Case {
  const char* what;
  Names names;
};

std::vector<Case> Cases() {
  std::mt19937_64 random(7);
  const std::string deep(120, 'd');
  return {
      {"none", {}},
      {"one", {"b/a"}},
      {"a page", Made(kPage, [](std::size_t i) { return Padded(i, 6); })},
      {"a page and one", Made(kPage + 1, [](std::size_t i) { return Padded(i, 6); })},
      {"numbers", Made(10'000, [](std::size_t i) { return "track_" + Padded(i, 6) + ".mp3"; })},
      {"numbers without zeros before", Made(10'000, [](std::size_t i) { return std::to_string(i); })},
      {"numbers in a deep folder", Made(5'000, [&](std::size_t i) { return deep + "/" + Padded(i, 6); })},
      {"hashes", Made(10'000, [&](std::size_t) { return Padded(random() % 1'000'000'000, 10) + "-x"; })},
      {"folders", Made(10'000, [](std::size_t i) { return "artist " + Padded(i / 97, 3) + "/" + Padded(i, 5); })},
      {"folders as long as a page",
       Made(10'000, [](std::size_t i) { return Padded(i / kPage, 3) + "/" + Padded(i % kPage, 2); })},
      {"one crowded folder",
       Made(10'000,
            [](std::size_t i) {
              return i < 9'000 ? "a/" + Padded(i, 5) : std::string(1, 'b' + i % 20) + Padded(i, 5);
            })},
      {"letters beyond ASCII",
       Made(3'000, [](std::size_t i) { return "caf\xC3\xA9 " + Padded(i, 4) + "\xE6\x97\xA5"; })},
      {"differences beyond ASCII",
       Made(3'000, [](std::size_t i) { return std::string{'\xC3', static_cast<char>(0xA0 + i % 16)} + Padded(i, 4); })},
      {"lengths", Made(2'000, [](std::size_t i) { return std::string(i + 1, 'a'); })},
      {"control characters",
       Made(2'000, [](std::size_t i) { return std::string{'\x01', static_cast<char>(i % 32)} + Padded(i, 4); })},
  };
}

TEST(RangeListing, GivesEveryNameOnceAndInOrder) {
  for (const Case& c : Cases()) {
    World world(c.names);
    EXPECT_EQ(List(world, {.prefix = "b/"}), Names(world.names_.begin(), world.names_.end())) << c.what;
    // No more than the pages there are, and what dividing costs.
    const std::size_t pages = std::max<std::size_t>(1, (world.names_.size() + kPage - 1) / kPage);
    EXPECT_LE(static_cast<std::size_t>(world.requests_),
              pages + std::min(pages, RangeListing::kMostDivisions) + (pages > 1))
        << c.what;
  }
}

TEST(RangeListing, BeginsWhereItIsTold) {
  for (const Case& c : Cases()) {
    World world(c.names);
    if (c.names.size() < 2) continue;
    const std::string begin = *std::next(world.names_.begin(), static_cast<std::ptrdiff_t>(world.names_.size() / 3));
    EXPECT_EQ(List(world, {.prefix = "b/", .begin = begin}), Names(world.names_.find(begin), world.names_.end()))
        << c.what;
  }
}

TEST(RangeListing, DividesALongListing) {
  World world(Made(10'000, [](std::size_t i) { return Padded(i, 6); }));
  std::mutex mutex;
  std::condition_variable changed;
  std::set<std::string> begins;
  int pages = 0;
  RangeListing listing(
      [&](const PageRequest& request, ObjectPage& page) {
        {
          // A slow request, which lasts until another range is asked for.
          std::unique_lock lock(mutex);
          begins.insert(request.begin);
          changed.notify_all();
          if (++pages > 2) changed.wait_for(lock, std::chrono::seconds(60), [&] { return begins.size() > 1; });
        }
        world.Fetch(request, page);
      },
      {.prefix = "b/"});
  for (std::vector<ObjectInfo> objects; listing.Next(objects);) continue;
  EXPECT_GE(begins.size(), 2u);
}

// A page that is a folder says nothing of the other ones but that they have a '/' in the same place.
TEST(RangeListing, BehindAFolderLiesTheNextOne) {
  std::vector<ObjectInfo> page;
  for (std::size_t i = 0; i < 100; ++i) page.push_back({.name = "b/disc-000/" + Padded(i, 2) + ".mp3"});
  const std::optional<NameScale> scale = NameScale::Of(page);
  ASSERT_TRUE(scale);
  EXPECT_THAT(scale->Ahead("b/disc-000/99.mp3", 4).value_or(""), StartsWith("b/disc-004/9"));
  EXPECT_THAT(scale->Between("b/disc-000/99.mp3", "b/disc-021/00.mp3", 4).value_or(""), StartsWith("b/disc-011/"));
}

TEST(RangeListing, ThrowsWhatARequestThrows) {
  for (const int request : {1, 2, 7, 40}) {
    World world(Made(10'000, [](std::size_t i) { return Padded(i, 6); }));
    world.fails_at_ = request;
    EXPECT_THAT(ErrorOf([&] { List(world, {.prefix = "b/"}); }), HasSubstr("request " + std::to_string(request)));
  }
}

TEST(RangeListing, NobodyTakesAndItStopsAndItMayBeDropped) {
  World world(Made(50'000, [](std::size_t i) { return Padded(i, 6); }));
  world.page_size_ = 10;
  {
    RangeListing listing([&](const PageRequest& request, ObjectPage& page) { world.Fetch(request, page); },
                         {.prefix = "b/"});
    std::vector<ObjectInfo> objects;
    ASSERT_TRUE(listing.Next(objects));
    ASSERT_TRUE(listing.Next(objects));
  }
  EXPECT_LT(world.requests_, 200);
}

}  // namespace
}  // namespace beam::internal
