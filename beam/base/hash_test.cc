#include "beam/base/hash.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>
#include <string>

namespace beam {
namespace {

// Texts that are alike, as keys are: counted, padded, of all lengths.
std::set<std::string> Texts() {
  std::set<std::string> texts;
  for (int i = 0; i < 20000; ++i) texts.insert("track" + std::to_string(i));
  for (std::size_t size = 0; size < 300; ++size) {
    texts.insert(std::string(size, '\0'));
    texts.insert(std::string(size, 'a'));
  }
  return texts;
}

TEST(Hash, TellsTextsApart) {
  std::set<std::uint64_t> hashes;
  for (const std::string& text : Texts()) hashes.insert(HashBytes(text));
  EXPECT_EQ(hashes.size(), Texts().size());
}

TEST(Hash, SpreadsOverEveryBit) {
  int set[64] = {};
  for (const std::string& text : Texts()) {
    const std::uint64_t hash = HashBytes(text);
    for (int bit = 0; bit < 64; ++bit) set[bit] += hash >> bit & 1;
  }
  const int half = static_cast<int>(Texts().size()) / 2;
  for (int bit = 0; bit < 64; ++bit) EXPECT_NEAR(set[bit], half, half / 20) << bit;
}

TEST(Hash, DependsOnTheBytesAlone) {
  const std::string text = "some twenty-odd bytes!!";
  const std::string shifted = "x" + text;  // another alignment
  EXPECT_EQ(HashBytes(text), HashBytes(std::string_view(shifted).substr(1)));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] ^= 1;
    EXPECT_GT(std::popcount(HashBytes(text) ^ HashBytes(other)), 8) << i;
  }
}

}  // namespace
}  // namespace beam
