#include "klay/audio/buffered_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "klay/audio/memory_byte_source.h"

namespace klay::internal {
namespace {

std::string SomeBytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761U >> 13);
  return bytes;
}

// Any mix of calls must show the same bytes as the string behind it.
TEST(BufferedSource, AgreesWithItsSourceUnderRandomCalls) {
  std::mt19937 random(1);
  for (const bool tells_size : {true, false}) {
    for (const std::size_t largest_read : {std::size_t{1}, std::size_t{37}, std::size_t{100000}}) {
      const std::string bytes = SomeBytes(5000);
      MemoryByteSource memory(bytes, "memory", {.largest_read = largest_read, .tells_size = tells_size});
      BufferedSource source(memory, 64);
      EXPECT_EQ(source.size().has_value(), tells_size);
      std::size_t position = 0;
      for (int step = 0; step < 3000; ++step) {
        const std::size_t left = bytes.size() - std::min(position, bytes.size());
        const std::size_t size = random() % 200;
        switch (random() % 4) {
          case 0: {
            const ByteView seen = source.Peek(size);
            ASSERT_GE(seen.size(), std::min(size, left));
            ASSERT_LE(seen.size(), left);
            ASSERT_TRUE(std::equal(seen.begin(), seen.end(),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() - left),
                                   [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }));
            const std::size_t eaten = seen.empty() ? 0 : random() % (seen.size() + 1);
            source.Consume(eaten);
            position += eaten;
            break;
          }
          case 1: {
            std::string out(size, '\0');
            const std::size_t got = source.Read(out.data(), size);
            ASSERT_EQ(got, std::min(size, left));
            ASSERT_EQ(out.substr(0, got), left == 0 ? "" : bytes.substr(position, got));
            position += got;
            break;
          }
          case 2:
            position = random() % (bytes.size() + 100);
            source.Seek(position);
            break;
          default:
            position = position > 20 ? position - random() % 20 : position;  // near: often within the buffer
            source.Seek(position);
        }
        ASSERT_EQ(source.position(), position);
      }
    }
  }
}

TEST(BufferedSource, GrowsToWhatIsPeeked) {
  const std::string bytes = SomeBytes(10000);
  MemoryByteSource memory(bytes);
  BufferedSource source(memory, 16);
  EXPECT_EQ(source.Peek(9000).size(), 9000U);
  EXPECT_EQ(source.Peek(20000).size(), 10000U);
}

TEST(BufferedSource, PassesOnWhatTheSourceThrows) {
  MemoryByteSource memory(SomeBytes(1000), "memory", {.fails_at = 500});
  BufferedSource source(memory, 64);
  char out[1000];
  EXPECT_THROW(source.Read(out, sizeof out), beam::Error);
}

}  // namespace
}  // namespace klay::internal
