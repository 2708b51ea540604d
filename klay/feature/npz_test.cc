#include "klay/feature/npz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "klay/feature/feature_test_util.h"

namespace klay {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

TEST(Npz, ReadsWhatNumpyWrites) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    SCOPED_TRACE(name);
    const std::vector<NpzEntry> entries = ParseNpz(NumpyFile(name));
    ASSERT_EQ(entries.size(), 5U);
    EXPECT_EQ(entries[0].name, "a");
    EXPECT_EQ(FindArray(entries, "a").Values<float>(), (std::vector<float>{0, 1, 2, 3, 4, 5}));
    EXPECT_TRUE(FindArray(entries, "b").fortran_order());
    EXPECT_EQ(FindArray(entries, "b").dtype().ToString(), ">i2");
    EXPECT_EQ(FindArray(entries, "b").Values<std::int16_t>(),
              (std::vector<std::int16_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
    EXPECT_EQ(FindArray(entries, "c").shape().size(), 0U);
    EXPECT_EQ(FindArray(entries, "noise").size(), 70000);
    EXPECT_EQ(FindArray(entries, "folder/\u00e4").size(), 5);
    EXPECT_THAT(Reason([&] { FindArray(entries, "x"); }), HasSubstr("no array \"x\" in the archive, but a, b, c"));
  }
  EXPECT_TRUE(ParseNpz(NumpyFile("empty.npz")).empty());
  const std::vector<NpzEntry> others = ParseNpz(NumpyFile("other-members.npz"));
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others[0].array.size(), 20);
}

TEST(Npz, ReadsFromAnySource) {
  const std::string bytes = NumpyFile("deflated.npz");
  for (const std::size_t most : {std::size_t{7}, std::size_t{1000}}) {
    for (const bool tells : {false, true}) {
      MemoryByteSource source(bytes, "memory", {.largest_read = most, .tells_size = tells});
      EXPECT_EQ(ReadNpz(source).size(), 5U);
    }
  }
}

TEST(Npz, NumpyReadsWhatWeWrite) {
  const std::vector<NpzEntry> entries = {{"lf4-2x3-C", Counting<float>({2, 3})},
                                         {"lf8-scalar-C", Counting<double>({})},
                                         {"li4-0-C", Counting<std::int32_t>({0})},
                                         {"folder/\u00e4/li8-3x50000-C", Counting<std::int64_t>({3, 50000})}};
  const TemporaryFolder folder;
  const std::string stored = NpzBytes(entries, NpzCompression::kStored);
  const std::string deflated = NpzBytes(entries, NpzCompression::kDeflated);
  EXPECT_LT(deflated.size(), stored.size() / 2);
  folder.Put("stored.npz", stored);
  folder.Put("deflated.npz", deflated);
  folder.Put("empty.npz", NpzBytes({}, NpzCompression::kStored));
  EXPECT_EQ(folder.ArraysThatNumpyReads(), 8);
  for (const std::string& bytes : {stored, deflated}) {
    const std::vector<NpzEntry> back = ParseNpz(bytes);
    ASSERT_EQ(back.size(), entries.size());
    for (std::size_t i = 0; i < back.size(); ++i) {
      EXPECT_EQ(back[i].name, entries[i].name);
      EXPECT_TRUE(NpyBytes(back[i].array) == NpyBytes(entries[i].array));
    }
  }
}

TEST(Npz, ManyArrays) {
  // More than the 16 bits of the directory's count.
  std::vector<NpzEntry> entries;
  for (int i = 0; i < 66000; ++i) entries.push_back({"n" + std::to_string(i), Counting<std::uint8_t>({1})});
  const std::vector<NpzEntry> back = ParseNpz(NpzBytes(entries, NpzCompression::kStored));
  ASSERT_EQ(back.size(), 66000U);
  EXPECT_EQ(back.back().name, "n65999");
}

TEST(Npz, RefusesWithAReason) {
  const std::string good = NumpyFile("stored.npz");
  const std::string deflated = NumpyFile("deflated.npz");
  const auto changed = [](std::string bytes, std::size_t at, char to) {
    bytes[at] = to;
    return bytes;
  };
  const std::size_t in_data = good.find("noise.npy") + 5000;
  const std::size_t entry = good.find("PK\1\2");
  struct Case {
    const char* what;
    std::string bytes;
    const char* reason;
  };
  const Case cases[] = {
      {"empty", "", "does not end as a zip archive"},
      {"an npy file", NumpyFile("version-2.npy"), "does not end as a zip archive"},
      {"cut", good.substr(0, good.size() / 2), "ends before its directory"},
      {"the beginning is missing", good.substr(5000), ""},
      {"a flipped bit", changed(good, in_data, static_cast<char>(good[in_data] ^ 1)),
       "\"noise\": damaged: the zip archive has a member with a wrong checksum"},
      {"Python objects", NumpyFile("object.npz"), "the array \"bad\": the dtype \"|O\" is of Python objects"},
      {"another compression", NumpyFile("bzip2.npz"), "compressed by method 12"},
      {"encrypted", changed(good, entry + 8, 1), "encrypted"},
      {"the directory is elsewhere", changed(good, entry, 'x'), "directory that breaks off"},
  };
  for (const Case& c : cases) {
    const std::string reason = Reason([&] { ParseNpz(c.bytes); });
    EXPECT_THAT(reason, HasSubstr(c.reason)) << c.what;
    EXPECT_NE(reason, "ok") << c.what;
  }
  // What is said of the size of a member is compared with what the archive can hold, and with what comes.
  const std::size_t deflated_entry = deflated.find("PK\1\2");
  EXPECT_THAT(Reason([&] { ParseNpz(changed(deflated, deflated_entry + 27, 0x70)); }),
              HasSubstr("contradict each other"));
  EXPECT_THAT(Reason([&] {
                ParseNpz(changed(deflated, deflated_entry + 24, static_cast<char>(deflated[deflated_entry + 24] + 1)));
              }),
              HasSubstr("shorter than it says"));
  EXPECT_THAT(Reason([&] {
                ParseNpz(changed(deflated, deflated_entry + 24, static_cast<char>(deflated[deflated_entry + 24] - 1)));
              }),
              AnyOf(HasSubstr("longer than it says"), HasSubstr("the file ends after")));
  MemoryByteSource source(good);
  EXPECT_THAT(Reason([&] { ReadNpz(source, {.max_bytes = 60000}); }), HasSubstr("more than the limit"));
}

TEST(Npz, EveryTruncationAndManyChangesFailOrGiveTheSame) {
  const std::string good =
      NpzBytes({{"a", Counting<float>({2, 3})}, {"b", Counting<double>({40})}}, NpzCompression::kDeflated);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(Reason([&] { ParseNpz(good.substr(0, size)); }), "ok") << size;
  }
  const std::vector<NpzEntry> entries = ParseNpz(good);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    std::vector<NpzEntry> back;
    if (Reason([&] { back = ParseNpz(bytes); }) != "ok") continue;
    // Names, dates and what nobody reads have no checksum.
    for (const NpzEntry& array : back) {
      EXPECT_TRUE(NpyBytes(array.array) == NpyBytes(entries[0].array)
                  || NpyBytes(array.array) == NpyBytes(entries[1].array))
          << at;
    }
  }
}

TEST(Npz, NamesAreDifferentAndNotEmpty) {
  MemoryByteSink sink;
  const NpyArray array = Counting<float>({1});
  EXPECT_THROW(WriteNpz(sink, {{"a", array}, {"a", array}}), beam::UsageError);
  EXPECT_THROW(WriteNpz(sink, {{"", array}}), beam::UsageError);
  EXPECT_THROW(WriteNpz(sink, {{std::string(65001, 'x'), array}}), beam::UsageError);
}

}  // namespace
}  // namespace klay
