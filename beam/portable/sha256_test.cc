#include "beam/portable/sha256.h"

#include <gtest/gtest.h>

#include <fstream>

#include "beam/base/error.h"

namespace beam {
namespace {

// The examples of FIPS 180-4, and a message longer than the block that files are read in.
TEST(Sha256, IsTheStandardsDigest) {
  const struct {
    std::string message;
    const char* digest;
  } cases[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(3'000'000, 'a'), "2a152c894398719c0570f83fac34ac03a0f6e8e474b995c2403aa5434f7b9dd4"},
  };
  const std::string path = testing::TempDir() + "sha256_test";
  for (const auto& c : cases) {
    Sha256 whole;
    whole.Update(c.message);
    EXPECT_EQ(whole.HexDigest(), c.digest);
    Sha256 in_parts;
    in_parts.Update(std::string_view(c.message).substr(0, c.message.size() / 3));
    in_parts.Update(std::string_view(c.message).substr(c.message.size() / 3));
    EXPECT_EQ(in_parts.HexDigest(), c.digest);
    std::ofstream(path, std::ios::binary) << c.message;
    EXPECT_EQ(Sha256OfFile(path), c.digest);
  }
}

TEST(Sha256, NamesTheFileThatCannotBeRead) {
  try {
    Sha256OfFile("/nowhere/at all");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "cannot open /nowhere/at all: No such file or directory");
  }
}

}  // namespace
}  // namespace beam
