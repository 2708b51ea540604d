#include "klay/audio/crop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "beam/base/hash.h"

namespace klay {
namespace {

TEST(Crop, CountsFramesDown) {
  struct Case {
    double seconds;
    int rate;
    std::int64_t frames;
  };
  for (const Case& c : {Case{10, 48000, 480000}, Case{0, 48000, 0}, Case{0.1, 44100, 4410}, Case{1.99999, 1, 1},
                        Case{1e-9, 384000, 0}, Case{36000, 44100, 1587600000}}) {
    EXPECT_EQ(FramesIn(c.seconds, c.rate), c.frames) << c.seconds;
  }
  for (const double seconds : {-1.0, -1e-9, 1e300, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(FramesIn(seconds, 44100), AudioError) << seconds;
  }
}

TEST(Crop, FromTheStart) {
  struct Case {
    std::int64_t frames, length;
    FrameRange expected;
  };
  // With 48 kHz: 10.1 s and 20 s limited to 10 s; 1 s and 10 s untouched.
  for (const Case& c :
       {Case{484800, 480000, {0, 480000}}, Case{960000, 480000, {0, 480000}}, Case{48000, 480000, {0, 48000}},
        Case{480000, 480000, {0, 480000}}, Case{0, 10, {0, 0}}, Case{10, 0, {0, 0}}}) {
    EXPECT_EQ(CropStart(c.frames, c.length), c.expected);
  }
}

TEST(Crop, RandomPlacesDependOnKeyAndSeedAlone) {
  const std::string key = "gs://music/a.mp3";
  const auto first = CropRandom(1000000, 1000, key);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->length, 1000);
  EXPECT_EQ(CropRandom(1000000, 1000, key), first);
  EXPECT_NE(CropRandom(1000000, 1000, key, 1), first);
  EXPECT_NE(CropRandom(1000000, 1000, "gs://music/b.mp3"), first);

  // The documented formula, with the compiler's wide integers in place of halves.
  for (const std::int64_t frames :
       {std::int64_t{1001}, std::int64_t{1000000}, std::numeric_limits<std::int64_t>::max()}) {
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t place = beam::MixBits(beam::HashBytes(key) ^ beam::MixBits(7));
    const auto expected = static_cast<std::int64_t>((Wide{place} * (static_cast<std::uint64_t>(frames) - 999)) >> 64);
    EXPECT_EQ(CropRandom(frames, 1000, key, 7)->begin, expected) << frames;
  }
}

TEST(Crop, RandomPlacesAreSpreadEvenlyOverAllThereAre) {
  std::array<int, 4> hits{};  // 13 frames hold 10 at four places
  for (int i = 0; i < 40000; ++i) {
    const auto range = CropRandom(13, 10, "file " + std::to_string(i));
    ASSERT_TRUE(range && range->begin >= 0 && range->begin < 4);
    ++hits[static_cast<std::size_t>(range->begin)];
  }
  for (const int count : hits) EXPECT_NEAR(count, 10000, 400);
}

TEST(Crop, NothingAtRandomFromWhatIsNotLonger) {
  EXPECT_FALSE(CropRandom(9, 10, "a"));
  EXPECT_FALSE(CropRandom(10, 10, "a"));
  EXPECT_TRUE(CropRandom(11, 10, "a"));
  EXPECT_FALSE(CropRandom(0, 0, "a"));
}

TEST(Cropper, PicksTheRangeFromBlocks) {
  for (const FrameRange range : {FrameRange{0, 100}, {37, 50}, {99, 1}, {0, 0}, {40, 0}, {90, 1000}, {1000, 10}}) {
    for (const std::int64_t block : {1, 7, 50, 100}) {
      Cropper cropper(range);
      std::int64_t taken = 0;
      for (std::int64_t begin = 0; begin < 100; begin += block) {
        const std::int64_t length = std::min<std::int64_t>(block, 100 - begin);
        const bool done = cropper.done();
        const FrameRange part = cropper.Next(length);
        EXPECT_GE(part.begin, 0);
        EXPECT_LE(part.end(), length);
        if (part.length > 0) {
          EXPECT_FALSE(done);
          EXPECT_EQ(begin + part.begin, range.begin + taken);
        }
        taken += part.length;
      }
      EXPECT_EQ(taken, std::max<std::int64_t>(0, std::min<std::int64_t>(range.end(), 100) - range.begin));
      EXPECT_EQ(cropper.done(), range.end() <= 100);
    }
  }
}

TEST(Crop, CopiesThePart) {
  Waveform signal(2, 100, 8000);
  for (int c = 0; c < 2; ++c) {
    for (std::size_t i = 0; i < 100; ++i) signal.channel(c)[i] = static_cast<float>(i) + static_cast<float>(c) * 1000;
  }
  const Waveform part = Crop(signal, {30, 5});
  ASSERT_EQ(part.frames(), 5);
  EXPECT_EQ(part.sample_rate(), 8000);
  EXPECT_EQ(part.channel(0)[0], 30);
  EXPECT_EQ(part.channel(1)[4], 1034);
}

}  // namespace
}  // namespace klay
