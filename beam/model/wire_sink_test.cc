// Elements on their way out, while another thread wants them sent.
#include "beam/model/wire_sink.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "beam/base/error.h"

namespace wire_sink_test {

using namespace beam;  // NOLINT(google-build-using-namespace)

// Joins what is sent. Fails from the first flush on, if it is to.
class JoiningSink final : public WireSink {
 public:
  explicit JoiningSink(bool fails = false) : WireSink(WindowCoding::kGlobal, 1 << 20), fails_(fails) {}

  void Write(std::uint32_t n) {
    Open();
    buffer().VarInt(n);
    Added();
  }
  std::string Finish() {
    const std::lock_guard lock(mutex());
    CheckFlushed();
    if (buffer().size() > 0) Flush();
    return sent_;
  }
  int flushes() const { return flushes_; }

 private:
  void Flush() override {
    if (fails_) throw Error("nobody takes it");
    sent_ += buffer().view();
    buffer().Clear();
    ++flushes_;
  }

  const bool fails_;
  std::string sent_;
  std::atomic<int> flushes_{0};
};

TEST(WireSink, LosesNothingWhileAnotherThreadFlushes) {
  JoiningSink sink;
  std::atomic<bool> is_over{false};
  std::atomic<std::int64_t> most_seen{0};
  std::thread other([&] {
    while (!is_over) {
      sink.FlushFromOutside();
      most_seen = sink.elements();
    }
  });
  // Until the other thread has had its part.
  std::uint32_t count = 0;
  while (count < 20'000 || sink.flushes() < 100) sink.Write(count++);
  is_over = true;
  other.join();
  EXPECT_EQ(sink.elements(), count);
  EXPECT_LE(most_seen, sink.elements());
  const std::string sent = sink.Finish();
  Reader in(sent);
  for (std::uint32_t n = 0; n < count; ++n) ASSERT_EQ(in.VarInt(), n);
  EXPECT_TRUE(in.empty());
}

TEST(WireSink, TellsItsOwnThreadWhatFailedElsewhere) {
  JoiningSink sink(true);
  sink.Write(1);
  std::thread([&] { sink.FlushFromOutside(); }).join();
  EXPECT_THROW(sink.Finish(), Error);
}

}  // namespace wire_sink_test
