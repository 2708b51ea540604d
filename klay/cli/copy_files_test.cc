#include "klay/cli/copy_files.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "beam/base/error.h"
#include "beam/io/faulty_file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/memory_file_system.h"

namespace klay {
namespace {

constexpr std::uint64_t kSize = 2'500'000;  // several blocks

// The sentence with which copying "mem://in" to "mem://out" fails; empty if it does not. The store gives the copy back
// with the byte at `damaged` altered, or cut at `size`, whatever size it tells.
std::string Copied(bool verify, std::optional<std::uint64_t> damaged, std::optional<std::uint64_t> size) {
  const auto memory = std::make_shared<beam::MemoryFileSystem>();
  const auto faulty = std::make_shared<beam::FaultyFileSystem>(memory);
  const beam::ScopedFileSystem scope("mem", faulty);
  std::string bytes(kSize, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i % 251);
  memory->Put("mem://in", bytes);
  if (damaged) faulty->Damage("mem://out", *damaged);
  if (size) faulty->Truncate("mem://out", *size);
  try {
    CopyFile(memory->Status("mem://in")->metadata, "mem://out", verify);
  } catch (const beam::Error& error) {
    return error.what();
  }
  EXPECT_EQ(memory->Get("mem://out"), bytes);
  return "";
}

TEST(CopyFile, NoticesWhatAStoreAlteredWhereItVerifies) {
  const std::string noticed = "\"mem://out\" is not what was written: copy it again, and check the store";
  struct Case {
    std::optional<std::uint64_t> damaged;
    std::optional<std::uint64_t> size;
    std::string sentence;
  };
  for (const Case& c : {
           Case{{}, {}, ""},
           Case{0, {}, noticed},
           Case{kSize / 2, {}, noticed},
           Case{kSize - 1, {}, noticed},
           Case{{}, 0, noticed},
           Case{{}, kSize - 1, noticed},
       }) {
    SCOPED_TRACE(testing::PrintToString(c.damaged) + testing::PrintToString(c.size));
    EXPECT_EQ(Copied(true, c.damaged, c.size), c.sentence);
    EXPECT_EQ(Copied(false, c.damaged, c.size), "");
  }
}

}  // namespace
}  // namespace klay
