// Bundles: what is claimed, taken away and given back, as small scripts.
#include "beam/runners/direct/bundle.h"

#include <gtest/gtest.h>

#include <string>

namespace bundle_test {

using beam::Bundle;
using beam::WorkRange;

class NoChunk final : public beam::Chunk {
  std::size_t size() const override { return 1000; }
  void Feed(std::size_t, std::size_t, beam::AnyReceiver, beam::StageCursor&) const override {}
};

WorkRange Range(const std::shared_ptr<const beam::Chunk>& chunk, std::size_t begin, std::size_t end) {
  WorkRange range;
  range.chunk = chunk;
  range.begin = begin;
  range.end = end;
  return range;
}

std::string Show(const std::deque<WorkRange>& ranges) {
  std::string text;
  for (const WorkRange& range : ranges) {
    text += (text.empty() ? "" : " ") + std::to_string(range.begin) + ".." + std::to_string(range.end);
  }
  return text;
}

struct Script {
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  std::vector<std::size_t> claims;
  std::string kept_back;  // by TakeRest(true)
  std::string rest;       // by TakeRest(false), after that
  std::string claimed;
};

TEST(BundleTest, ClaimsAndRests) {
  const Script scripts[] = {
      {{{0, 10}}, {}, "5..10", "0..5", ""},
      {{{0, 10}}, {1}, "5..10", "1..5", "0..1"},
      {{{0, 10}}, {1, 1, 2}, "7..10", "4..7", "0..4"},
      {{{0, 10}}, {100}, "", "", "0..10"},
      {{{0, 3}, {5, 9}}, {2}, "6..9", "2..3 5..6", "0..2"},
      {{{0, 3}, {3, 6}}, {3, 1}, "5..6", "4..5", "0..4"},
      {{{4, 5}, {0, 4}}, {1}, "2..4", "0..2", "4..5"},
      {{{0, 1}, {2, 3}, {4, 5}}, {1}, "4..5", "2..3", "0..1"},
      {{{0, 1}, {2, 3}}, {1}, "2..3", "", "0..1"},  // of one that is left, the half kept is nothing
      {{}, {1}, "", "", ""},
  };
  const auto chunk = std::make_shared<const NoChunk>();
  for (const Script& script : scripts) {
    std::deque<WorkRange> ranges;
    for (const auto& [begin, end] : script.ranges) ranges.push_back(Range(chunk, begin, end));
    SCOPED_TRACE(Show(ranges));
    Bundle bundle(7, ranges);
    EXPECT_EQ(bundle.stage(), 7);
    std::size_t claimed = 0;
    for (const std::size_t n : script.claims) {
      const std::size_t before = bundle.remaining();
      WorkRange range;
      if (!bundle.Claim(n, range)) continue;
      claimed += range.size();
      EXPECT_LE(range.size(), n);
      EXPECT_EQ(bundle.remaining(), before - range.size());
    }
    EXPECT_EQ(bundle.claimed_size(), claimed);
    EXPECT_EQ(Show(bundle.TakeRest(true)), script.kept_back);
    EXPECT_EQ(Show(bundle.TakeRest(false)), script.rest);
    EXPECT_EQ(bundle.remaining(), 0U);
    EXPECT_EQ(Show(bundle.TakeClaimed()), script.claimed);
  }
}

TEST(BundleTest, RangesOfTwoChunksStayApart) {
  const auto first = std::make_shared<const NoChunk>();
  const auto second = std::make_shared<const NoChunk>();
  Bundle bundle(0, {Range(first, 0, 2), Range(second, 2, 4)});
  WorkRange range;
  while (bundle.Claim(10, range)) {
  }
  EXPECT_EQ(Show(bundle.TakeClaimed()), "0..2 2..4");
}

}  // namespace bundle_test
