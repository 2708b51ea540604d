// AudioDecoder::Skip: whatever is skipped, what comes then is what would have come anyway, to the bit; and formats that
// can seek do not read what they skip.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "klay/audio/audio_test_util.h"
#include "klay/audio/decoder.h"
#include "klay/audio/encode_test_util.h"

namespace klay {
namespace {

// Reads up to `count` frames.
Waveform ReadUpTo(AudioDecoder& decoder, std::int64_t count) {
  const AudioInfo& info = decoder.info();
  Waveform part(info.channels, count, info.sample_rate);
  std::int64_t filled = 0;
  while (filled < count) {
    std::vector<float*> planes;
    for (int c = 0; c < info.channels; ++c) planes.push_back(part.channel(c).data() + filled);
    const std::int64_t got = decoder.Read(planes.data(), count - filled);
    if (got == 0) break;
    filled += got;
  }
  part.Resize(filled);
  return part;
}

// Where a channel of `part` first differs from that of `whole` from `begin` on; -1 for nowhere.
std::int64_t FirstDifference(const Waveform& whole, std::int64_t begin, const Waveform& part) {
  for (int c = 0; c < part.channels(); ++c) {
    const float* const expected = whole.channel(c).data() + begin;
    const float* const found = part.channel(c).data();
    if (std::memcmp(expected, found, static_cast<std::size_t>(part.frames()) * sizeof(float)) == 0) continue;
    std::int64_t at = 0;
    while (std::memcmp(expected + at, found + at, sizeof(float)) == 0) ++at;
    return begin + at;
  }
  return -1;
}

// Skips and reads in turn, and holds everything against the whole signal.
void SkipThrough(AudioDecoder& decoder, const Waveform& whole, const std::vector<std::int64_t>& steps) {
  std::int64_t position = 0;
  bool skip = true;
  for (const std::int64_t step : steps) {
    const std::int64_t expected = std::min(step, whole.frames() - position);
    if (skip) {
      ASSERT_EQ(decoder.Skip(step), expected) << "at " << position;
    } else {
      const Waveform part = ReadUpTo(decoder, step);
      ASSERT_EQ(part.frames(), expected) << "at " << position;
      ASSERT_EQ(FirstDifference(whole, position, part), -1) << "from " << position;
    }
    position += expected;
    skip = !skip;
  }
  const Waveform rest = ReadUpTo(decoder, whole.frames() + 1);
  ASSERT_EQ(rest.frames(), whole.frames() - position);
  ASSERT_EQ(FirstDifference(whole, position, rest), -1) << "from " << position;
  ASSERT_EQ(decoder.report().frames + decoder.report().skipped_frames, whole.frames());
}

void SkipInEveryWay(const std::string& bytes, OnDamage on_damage) {
  const Waveform whole = Load(bytes, on_damage).waveform;
  const std::int64_t n = whole.frames();
  for (const bool tells_size : {true, false}) {
    for (const auto& steps : std::vector<std::vector<std::int64_t>>{
             {1, 1, 1, 1, 5000, 100, 3000},
             {n / 2},
             {n / 3, n / 5, n / 4, 1, 1},
             {1151, 1, 1151, 1, 1152, 1, 40 * 1152},
             {n - 1},
             {n},
             {n + 1000},
             {0, n / 2, n},
         }) {
      MemoryByteSource source(bytes, "file", {.tells_size = tells_size});
      AudioDecoder decoder(source, {.on_damage = on_damage});
      SkipThrough(decoder, whole, steps);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(DecoderSkip, EveryFormat) {
  for (const auto& entry : std::filesystem::directory_iterator(FixturePath("valid"))) {
    SCOPED_TRACE(entry.path().filename());
    SkipInEveryWay(Fixture("valid/" + entry.path().filename().string()), OnDamage::kFail);
  }
}

// A file that skips by its container, in a name and its bytes; long enough for several bisections.
std::vector<std::pair<std::string, std::string>> LongFiles(std::int64_t frames) {
  const Waveform tones = TestTones(2, frames, 48000);
  std::vector<std::pair<std::string, std::string>> files;
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kAiff, AudioFormat::kFlac, AudioFormat::kMp3,
                                   AudioFormat::kOgg, AudioFormat::kOpus}) {
    EncodeOptions options{.format = format};
    if (format == AudioFormat::kMp3) options.quality = 4;  // a bit reservoir in use
    files.emplace_back(AudioFormatName(format), Encode(tones, options));
  }
  return files;
}

TEST(DecoderSkip, ManyPlacesOfLongFiles) {
  for (const auto& [name, bytes] : LongFiles(300'000)) {
    SCOPED_TRACE(name);
    const Waveform whole = Load(bytes).waveform;
    for (std::int64_t begin = 4242; begin < whole.frames(); begin += 31'011) {
      MemoryByteSource source(bytes);
      AudioDecoder decoder(source);
      ASSERT_EQ(decoder.Skip(begin), begin);
      ASSERT_EQ(FirstDifference(whole, begin, ReadUpTo(decoder, 3000)), -1) << begin;
    }
  }
}

// Counts what is read of it.
class CountingSource : public MemoryByteSource {
 public:
  using MemoryByteSource::MemoryByteSource;
  std::size_t Read(void* out, std::size_t size) override {
    const std::size_t got = MemoryByteSource::Read(out, size);
    bytes_read += got;
    return got;
  }
  std::size_t bytes_read = 0;
};

TEST(DecoderSkip, SeeksWhereTheFormatCan) {
  const Waveform noise = [] {
    Waveform wave(2, 800'000, 48000);
    std::uint32_t state = 1;
    for (int c = 0; c < 2; ++c) {
      for (float& sample : wave.channel(c)) {
        state = state * 1664525 + 1013904223;
        sample = static_cast<float>(state >> 8) * 0x1p-24F - 0.5F;
      }
    }
    return wave;
  }();
  for (const AudioFormat format : {AudioFormat::kWav, AudioFormat::kAiff, AudioFormat::kFlac}) {
    SCOPED_TRACE(AudioFormatName(format));
    const std::string bytes = Encode(noise, {.format = format});
    const Waveform whole = Load(bytes).waveform;
    CountingSource source(bytes);
    AudioDecoder decoder(source);
    ASSERT_EQ(decoder.Skip(700'000), 700'000);
    ASSERT_EQ(FirstDifference(whole, 700'000, ReadUpTo(decoder, 10)), -1);
    EXPECT_LT(source.bytes_read, bytes.size() / 3);
  }
}

TEST(DecoderSkip, DamageBeforeThePart) {
  for (const auto& [name, good] : LongFiles(100'000)) {
    if (name == "opus") continue;  // what its decoder makes of a gap depends on everything before
    SCOPED_TRACE(name);
    std::string bytes = good;
    for (std::size_t i = 0; i < 3000; ++i) bytes[bytes.size() / 3 + i] = static_cast<char>(i * 7);
    SkipInEveryWay(bytes, OnDamage::kKeep);
    SkipInEveryWay(good.substr(0, good.size() * 2 / 3), OnDamage::kKeep);
  }
}

}  // namespace
}  // namespace klay
