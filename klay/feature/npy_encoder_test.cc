#include "klay/feature/npy_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "klay/feature/feature_test_util.h"
#include "klay/feature/npy_header.h"

namespace klay {
namespace {

using testing::HasSubstr;

// Counts up from 0 in C order, in blocks of the given size.
std::string EncodeCounting(int channels, std::int64_t frames, std::int64_t block, bool rewritable,
                           std::optional<std::int64_t> expected) {
  std::vector<float> samples(static_cast<std::size_t>(channels * frames));
  std::iota(samples.begin(), samples.end(), 0.0F);
  MemoryByteSink sink(rewritable);
  NpyEncoder encoder(sink, channels, expected);
  for (std::int64_t begin = 0; begin < frames; begin += block) {
    std::vector<const float*> planes;
    for (int c = 0; c < channels; ++c) planes.push_back(samples.data() + c * frames + begin);
    encoder.Write(planes.data(), std::min(block, frames - begin));
  }
  encoder.Finish();
  EXPECT_EQ(encoder.frames(), frames);
  std::string bytes = sink.Take();
  EXPECT_EQ(static_cast<std::int64_t>(bytes.size()), NpyEncoder::FileBytes(channels, frames));
  return bytes;
}

TEST(NpyEncoderTest, NumpyAndWeReadTheArray) {
  const TemporaryFolder folder;
  int count = 0;
  for (const int channels : {1, 2, 3, 9}) {
    for (const std::int64_t frames : {0, 1, 100, 20'000}) {
      const std::string bytes = EncodeCounting(channels, frames, 1000, true, std::nullopt);
      EXPECT_EQ(EncodeCounting(channels, frames, 37, true, std::nullopt), bytes);
      EXPECT_EQ(EncodeCounting(channels, frames, 5000, false, frames), bytes);
      EXPECT_EQ(EncodeCounting(channels, frames, 5000, true, 7), bytes);
      const NpyArray array = ParseNpy(bytes);
      EXPECT_EQ(array.shape(), (std::vector<std::int64_t>{channels, frames}));
      EXPECT_EQ(array.fortran_order(), channels > 1);
      const NpyArray expected = Counting<float>({channels, frames});
      EXPECT_EQ(array.Values<float>(), expected.Values<float>()) << channels << " x " << frames;
      if (frames > 1) {
        folder.Put(
            "lf4-" + std::to_string(channels) + "x" + std::to_string(frames) + (channels > 1 ? "-F" : "-C") + ".npy",
            bytes);
        ++count;
      }
    }
  }
  EXPECT_EQ(folder.ArraysThatNumpyReads(), count);
}

TEST(NpyEncoderTest, TheLengthMustBeKnownWhereNothingCanBeRewritten) {
  const auto error = [](std::optional<std::int64_t> expected) {
    try {
      EncodeCounting(2, 10, 10, false, expected);
      return std::string();
    } catch (const beam::Error& e) {
      return std::string(e.what());
    }
  };
  EXPECT_THAT(error(std::nullopt), HasSubstr("set expected_frames"));
  EXPECT_THAT(error(11), HasSubstr("than the 10 that were written"));
  EXPECT_EQ(error(10), "");
}

TEST(NpyEncoderTest, TheHeaderHasRoomForAnyLength) {
  for (const int channels : {1, 2, 65535}) {
    const auto size = [&](std::int64_t frames) {
      return internal::MakeNpyHeader({.dtype = {}, .fortran_order = channels > 1, .shape = {channels, frames}}).size();
    };
    EXPECT_EQ(size(0), size(std::numeric_limits<std::int64_t>::max())) << channels;
  }
}

}  // namespace
}  // namespace klay
