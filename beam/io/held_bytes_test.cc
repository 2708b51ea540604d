#include "beam/io/held_bytes.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "beam/io/test_files.h"

namespace beam::internal {
namespace {

// Temporary files lie in a folder of the test's own.
class HeldBytesTest : public testing::Test {
 protected:
  HeldBytesTest() {
    if (const char* const before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", folder_.path().c_str(), 1);
  }
  ~HeldBytesTest() override {
    if (before_.empty()) {
      ::unsetenv("TMPDIR");
    } else {
      ::setenv("TMPDIR", before_.c_str(), 1);
    }
  }

  // How many of this process there are: they have no names, so they are looked for among what is open.
  int TemporaryFiles() const {
    int count = 0;
    for (const auto& open : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;  // such as the folder that is read here
      const std::string path = std::filesystem::read_symlink(open.path(), gone).string();
      if (path.starts_with(folder_.path())) ++count;
    }
    return count;
  }

  static std::unique_ptr<HeldBytes> Hold(std::size_t size, char byte) {
    auto bytes = std::make_unique<HeldBytes>();
    const std::string block(std::size_t{1} << 20, byte);
    for (std::size_t held = 0; held < size; held += std::min(block.size(), size - held)) {
      bytes->Append(block.data(), std::min(block.size(), size - held));
    }
    return bytes;
  }

  static bool IsAll(HeldBytes& bytes, std::size_t size, char byte) {
    const std::string_view view = bytes.View();
    return view.size() == size && view.find_first_not_of(byte) == std::string_view::npos;
  }

 private:
  std::string before_;
  const testing_files::TestFolder folder_;
};

TEST_F(HeldBytesTest, AFewAreInMemoryAndManyInAFile) {
  struct Case {
    std::size_t size;
    int files;
  };
  for (const Case& c : {Case{0, 0}, Case{1, 0}, Case{HeldBytes::kMost, 0}, Case{HeldBytes::kMost + 1, 1}}) {
    const std::unique_ptr<HeldBytes> bytes = Hold(c.size, 'x');
    EXPECT_EQ(TemporaryFiles(), c.files) << c.size;
    EXPECT_TRUE(IsAll(*bytes, c.size, 'x')) << c.size;
  }
  EXPECT_EQ(TemporaryFiles(), 0);
}

// As many large files that are written at once: each could be held in memory by itself.
TEST_F(HeldBytesTest, WhoFindsNoMemoryLeftUsesAFile) {
  constexpr std::size_t kHolders = HeldBytes::kMostOfAll / HeldBytes::kMost;
  std::vector<std::unique_ptr<HeldBytes>> holders;
  for (std::size_t i = 0; i < kHolders; ++i) holders.push_back(Hold(HeldBytes::kMost, 'm'));
  EXPECT_EQ(TemporaryFiles(), 0);
  for (const std::size_t size : {std::size_t{1}, std::size_t{3} << 20}) {
    for (int i = 0; i < 3; ++i) holders.push_back(Hold(size, 'f'));
    EXPECT_EQ(TemporaryFiles(), 3);
    for (; holders.size() > kHolders; holders.pop_back()) EXPECT_TRUE(IsAll(*holders.back(), size, 'f'));
    EXPECT_EQ(TemporaryFiles(), 0);
  }
  // Who ends leaves his share to others.
  holders.pop_back();
  holders.push_back(Hold(HeldBytes::kMost, 'n'));
  EXPECT_EQ(TemporaryFiles(), 0);
  EXPECT_TRUE(IsAll(*holders.back(), HeldBytes::kMost, 'n'));
  EXPECT_TRUE(IsAll(*holders.front(), HeldBytes::kMost, 'm'));
}

}  // namespace
}  // namespace beam::internal
