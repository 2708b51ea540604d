#include "beam/io/gcs/gcs_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace beam::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> NamesOf(const GcsPage& page) {
  std::vector<std::string> names;
  for (const ObjectInfo& info : page.entries) names.push_back(info.name);
  return names;
}

TEST(GcsAnswers, APageHasObjectsAndFoldersInOneOrder) {
  const auto page = ParseGcsPage(
      R"({"kind": "storage#objects", "items": [
           {"name": "m/a", "size": "7", "updated": "1970-01-01T00:01:00Z", "metadata": {"name": "x", "items": [{}]},
            "acl": [{"name": "y", "size": "9"}]},
           {"name": "m/c", "timeCreated": "1970-01-01T00:01:00Z"}, {"name": "m/d/"}, {"size": "3"}],
          "prefixes": ["m/b/"], "nextPageToken": "t", "other": {"nextPageToken": "no", "prefixes": ["no/"]}})",
      "bucket/");
  ASSERT_TRUE(page);
  EXPECT_THAT(NamesOf(*page), ElementsAre("bucket/m/a", "bucket/m/b/", "bucket/m/c"));
  EXPECT_EQ(page->entries[0].size_in_bytes, 7);
  EXPECT_EQ(page->entries[0].last_updated_in_seconds, 60);
  EXPECT_EQ(page->entries[2].size_in_bytes, 0);
  EXPECT_TRUE(page->has_markers);
  EXPECT_EQ(page->next_page_token, "t");
}

TEST(GcsAnswers, AnEmptyPageIsAPage) {
  for (const char* text : {"{}", R"({"kind": "storage#objects"})", R"({"items": [], "prefixes": []})"}) {
    const auto page = ParseGcsPage(text, "bucket/");
    ASSERT_TRUE(page) << text;
    EXPECT_THAT(page->entries, IsEmpty());
    EXPECT_EQ(page->next_page_token, "");
  }
}

TEST(GcsAnswers, TellsWhatIsNoAnswer) {
  for (const char* text : {"", "[]", "<html>", "null", "{", R"({"items": [{"name": "a"})", R"({"a": 1} x)"}) {
    EXPECT_FALSE(ParseGcsPage(text, "bucket/")) << text;
    EXPECT_FALSE(ParseGcsObject(text)) << text;
    EXPECT_FALSE(ParseGcsRewrite(text)) << text;
    EXPECT_EQ(ParseGcsError(text).text, text);
  }
}

struct TimeCase {
  const char* text;
  std::optional<double> seconds;
};

TEST(GcsAnswers, Times) {
  const TimeCase cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2026-11-26T12:34:56Z", 1795696496},
      {"2026-11-26T12:34:56.5Z", 1795696496.5},
      {"2026-11-26T13:34:56+01:00", 1795696496},
      {"2026-11-26T07:04:56-05:30", 1795696496},
      {"2024-02-29T00:00:00Z", 1709164800},
      {"2026-02-29T00:00:00Z", std::nullopt},
      {"2026-11-26T12:34:56", std::nullopt},
      {"2026-11-26 12:34:56Z", std::nullopt},
      {"2026-11-26T12:34:56.Zx", std::nullopt},
      {"", std::nullopt},
  };
  for (const TimeCase& c : cases) EXPECT_EQ(ParseTime(c.text), c.seconds) << c.text;
}

struct NumberCase {
  const char* text;
  std::optional<std::uint64_t> number;
};

TEST(GcsAnswers, Ranges) {
  const NumberCase totals[] = {
      {"bytes 0-9/10", 10}, {"bytes */0", 0}, {"bytes 0-9/*", std::nullopt}, {"", std::nullopt}};
  for (const NumberCase& c : totals) EXPECT_EQ(ParseTotalSize(c.text), c.number) << c.text;
  const NumberCase received[] = {{"bytes=0-9", 10},
                                 {"bytes=0-0", 1},
                                 {"bytes=5-9", std::nullopt},
                                 {"bytes=0-18446744073709551615", std::nullopt},
                                 {"9", std::nullopt}};
  for (const NumberCase& c : received) EXPECT_EQ(ParseReceived(c.text), c.number) << c.text;
  EXPECT_EQ(ParseReceived(std::nullopt), 0u);
}

TEST(GcsAnswers, Checksums) {
  EXPECT_EQ(ParseGcsHash("crc32c=4waSgw==,md5=AAAA"), 0xE3069283u);
  EXPECT_EQ(ParseGcsHash("md5=AAAA,crc32c=4waSgw=="), 0xE3069283u);
  EXPECT_EQ(ParseGcsHash("md5=AAAA"), std::nullopt);
  EXPECT_EQ(ParseGcsHash("crc32c=4waSg"), std::nullopt);
  EXPECT_EQ(Crc32cText(0xE3069283), "4waSgw==");
}

}  // namespace
}  // namespace beam::internal
