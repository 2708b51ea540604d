#include "beam/runners/direct/shuffle_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <utility>

#include "beam/base/error.h"

namespace shuffle_store_test {

using beam::ElementMeta;
using beam::ElementOrder;
using beam::Iterable;
using beam::KV;
using beam::SegmentWriter;
using beam::ShuffleMemory;
using beam::ShuffleStore;
using beam::StageCursor;
using testing::HasSubstr;
using testing::ThrowsMessage;

using Pair = KV<std::string, std::string>;
using Group = KV<std::string, Iterable<std::string>>;
constexpr const beam::KvType* kPairType = beam::internal::kElementType<Pair>.kv;

// What a stage writes: pairs, each with the root that it descends from.
struct Written {
  std::uint64_t root;
  Pair pair;
  ElementMeta meta = {};
};

// A bundle as a stage would write it.
beam::ShuffleOutput Write(const std::vector<Written>& pairs, bool is_global, ShuffleMemory* memory) {
  StageCursor cursor;
  SegmentWriter writer(&cursor, is_global, memory);
  const auto encoder = kPairType->make_group_writer(&writer);
  for (const Written& written : pairs) {
    cursor.root = written.root;
    encoder->input().As<Pair>()->ReceiveShared(written.pair, written.meta);
  }
  return writer.Take();
}

// A group as text, "key@window: values", so that a failure shows it.
class GroupReader final : public beam::Receiver<Group> {
 public:
  void Receive(Group&& group, const ElementMeta& meta) override { ReceiveShared(group, meta); }
  void ReceiveShared(const Group& group, const ElementMeta& meta) override {
    std::string text = group.key;
    if (!meta.window.is_global()) text += "@" + std::to_string(meta.window.start().millis);
    text += ":";
    for (const std::string& value : group.value) text += " " + value;
    // A group can be read again, and knows its size.
    EXPECT_EQ(group.value.ToVector().size(), group.value.size());
    groups.push_back(std::move(text));
  }
  std::vector<std::string> groups;
};

std::vector<std::string> ReadAll(ShuffleStore& store) {
  store.Seal();
  GroupReader reader;
  StageCursor cursor;
  for (std::size_t partition = 0; partition < beam::kShufflePartitions; ++partition) {
    const auto chunk = store.Load(partition);
    if (chunk == nullptr) continue;
    // In two parts, as two bundles would.
    const std::size_t half = chunk->size() / 2;
    const beam::AnyReceiver to(static_cast<beam::Receiver<Group>*>(&reader));
    chunk->Feed(0, half, to, cursor);
    chunk->Feed(half, chunk->size(), to, cursor);
  }
  return reader.groups;
}

// Groups a list of pairs by way of a store: `bundles` of them, added in a random order.
std::vector<std::string> Grouped(std::vector<Written> pairs, std::size_t bundles, std::uint64_t limit,
                                 std::uint64_t bundle_limit, std::mt19937_64& random, std::uint64_t* spilled) {
  ShuffleMemory memory;
  memory.limit_bytes = limit;
  memory.bundle_limit_bytes = bundle_limit;
  std::vector<std::string> groups;
  {
    ShuffleStore store(kPairType, true, &memory);
    std::vector<std::vector<Written>> parts(bundles);
    for (std::size_t i = 0; i < pairs.size(); ++i) parts[i * bundles / pairs.size()].push_back(std::move(pairs[i]));
    std::shuffle(parts.begin(), parts.end(), random);
    for (const auto& part : parts) store.Add(Write(part, true, &memory));
    groups = ReadAll(store);
  }
  EXPECT_EQ(memory.used_bytes, 0U);
  *spilled = memory.spilled_bytes;
  return groups;
}

TEST(ShuffleStoreTest, TheSameGroupsInMemoryAndOnDisk) {
  std::mt19937_64 random(3);
  std::vector<Written> pairs;
  std::map<std::string, std::size_t> sizes;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    // A few large groups, many small ones, empty keys and values.
    const std::uint64_t number = random() % 3 == 0 ? random() % 3 : random() % 5000;
    const std::string key = number == 0 ? "" : "key" + std::to_string(number);
    pairs.push_back({i, {key, i % 7 == 0 ? "" : "value" + std::to_string(i)}});
    ++sizes[key];
  }
  std::uint64_t spilled = 0;
  constexpr std::uint64_t kEnough = 1 << 30;
  const std::vector<std::string> expected = Grouped(pairs, 1, kEnough, kEnough, random, &spilled);
  EXPECT_EQ(spilled, 0U);
  EXPECT_EQ(expected.size(), sizes.size());
  struct {
    std::size_t bundles;
    std::uint64_t limit;
    std::uint64_t bundle_limit;
  } const cases[] = {
      {50, kEnough, kEnough},  // all in memory
      {50, 500'000, kEnough},  // a few runs, each partition loaded into memory
      {50, 50'000, kEnough},   // many runs, partitions merged on disk
      {50, 0, kEnough},        // every bundle goes to disk at once
      {3, kEnough, 10'000},    // bundles that are too large in themselves
      {7, 100'000, 10'000},    // both
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.bundles << " bundles, limits " << c.limit << " and " << c.bundle_limit);
    const std::vector<std::string> groups = Grouped(pairs, c.bundles, c.limit, c.bundle_limit, random, &spilled);
    ASSERT_EQ(groups.size(), expected.size());
    for (std::size_t i = 0; i < groups.size(); ++i) ASSERT_EQ(groups[i], expected[i]);
    EXPECT_EQ(spilled > 0, c.limit < kEnough || c.bundle_limit < kEnough);
  }
}

TEST(ShuffleStoreTest, ValuesAreInTheOrderOfTheirRoots) {
  ShuffleMemory memory;
  memory.limit_bytes = 1 << 20;
  memory.bundle_limit_bytes = 1 << 20;
  ShuffleStore store(kPairType, true, &memory);
  store.Add(Write({{9, {"k", "d"}}, {9, {"k", "e"}}, {4, {"k", "b"}}}, true, &memory));
  store.Add(Write({{2, {"k", "a"}}, {5, {"k", "c"}}}, true, &memory));
  store.Add({});  // a bundle that wrote nothing
  EXPECT_THAT(ReadAll(store), testing::ElementsAre("k: a b c d e"));
}

TEST(ShuffleStoreTest, WindowsAreApart) {
  ShuffleMemory memory;
  memory.limit_bytes = 1 << 20;
  memory.bundle_limit_bytes = 1 << 20;
  for (const std::uint64_t limit : {1 << 20, 0}) {
    memory.limit_bytes = limit;
    ShuffleStore store(kPairType, false, &memory);
    const ElementMeta first{.window = {{0}, {10}}};
    const ElementMeta second{.window = {{10}, {20}}};
    store.Add(Write({{1, {"k", "a"}, first}, {2, {"k", "b"}, second}, {3, {"k", "c"}, first}}, false, &memory));
    EXPECT_THAT(ReadAll(store), testing::UnorderedElementsAre("k@0: a c", "k@10: b"));
  }
}

TEST(ShuffleStoreTest, ManyRunsAreOneFile) {
  ShuffleMemory memory;
  ShuffleStore store(kPairType, true, &memory);
  const auto open_files = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
  };
  const auto before = open_files();
  std::string expected = "k:";
  for (std::uint64_t i = 0; i < 2000; ++i) {
    store.Add(Write({{i, {"k", std::to_string(i)}}}, true, &memory));
    expected += " " + std::to_string(i);
  }
  EXPECT_GT(memory.spilled_bytes, 0U);
  EXPECT_LE(open_files() - before, 1);
  EXPECT_THAT(ReadAll(store), testing::ElementsAre(expected));
}

TEST(ShuffleStoreTest, ADiskThatFailsNamesItsFolder) {
  ShuffleMemory memory;
  memory.temp_file = std::make_shared<beam::TempFile>("/no/such/folder");
  ShuffleStore store(kPairType, true, &memory);
  memory.bundle_limit_bytes = 1 << 20;
  EXPECT_THAT([&] { store.Add(Write({{1, {"k", "v"}}}, true, &memory)); },
              ThrowsMessage<beam::Error>(
                  AllOf(HasSubstr("/no/such/folder"), HasSubstr("No such file"), HasSubstr("--temp_location"))));
}

}  // namespace shuffle_store_test
