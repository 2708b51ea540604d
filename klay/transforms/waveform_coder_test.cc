#include "klay/transforms/waveform_coder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "klay/transforms/elements.h"

namespace klay {
namespace {

Waveform Ramp(int channels, std::int64_t frames) {
  Waveform waveform(channels, frames, 48000);
  float value = -1;
  for (int c = 0; c < channels; ++c) {
    for (float& sample : waveform.channel(c)) sample = value += 0.01F;
  }
  return waveform;
}

template <class T>
std::string Encoded(const T& value) {
  beam::Writer out;
  beam::Coder<T>::Encode(value, out);
  return out.Take();
}

TEST(WaveformCoderTest, KnownBytes) {
  Waveform waveform(2, 1, 300);
  waveform.channel(0)[0] = 1.0F;
  waveform.channel(1)[0] = -2.0F;
  EXPECT_EQ(Encoded(waveform), std::string("\x02\x01\xAC\x02\x00\x00\x80\x3F\x00\x00\x00\xC0", 12));
  EXPECT_EQ(Encoded(Waveform()), std::string("\0\0\0", 3));
}

TEST(WaveformCoderTest, ComesBackSampleForSample) {
  for (const int channels : {1, 2, 7}) {
    for (const std::int64_t frames : {0, 1, 1000}) {
      Waveform waveform = Ramp(channels, frames);
      if (frames > 0) waveform.channel(0)[0] = std::nanf("");
      const std::string bytes = Encoded(waveform);
      EXPECT_NEAR(static_cast<double>(beam::Coder<Waveform>::ByteSize(waveform)), static_cast<double>(bytes.size()), 8);
      beam::Reader in(bytes);
      const Waveform back = beam::Coder<Waveform>::Decode(in);
      EXPECT_TRUE(in.empty());
      EXPECT_EQ(back.channels(), channels);
      EXPECT_EQ(back.frames(), frames);
      EXPECT_EQ(back.sample_rate(), 48000);
      EXPECT_EQ(Encoded(back), bytes);
    }
  }
}

TEST(WaveformCoderTest, RoomToGrowDoesNotTravel) {
  Waveform shortened = Ramp(2, 1000);
  const Waveform same = shortened.Clone();
  shortened.Resize(10);
  Waveform small(2, 10, 48000);
  for (int c = 0; c < 2; ++c) std::copy_n(same.channel(c).begin(), 10, small.channel(c).begin());
  EXPECT_EQ(Encoded(shortened), Encoded(small));
}

TEST(WaveformCoderTest, MalformedBytesAreAnErrorBeforeAnythingIsAllocated) {
  const std::string good = Encoded(Ramp(2, 100));
  for (std::size_t size = 0; size < good.size(); ++size) {
    beam::Reader in(std::string_view(good).substr(0, size));
    EXPECT_THROW(beam::Coder<Waveform>::Decode(in), beam::Error) << size;
  }
  struct Header {
    std::uint64_t channels, frames, sample_rate;
  };
  const std::uint64_t huge = ~std::uint64_t{0};
  for (const Header& header :
       {Header{huge, 1, 1}, Header{1, huge, 1}, Header{1, 1, huge}, Header{1 << 20, std::uint64_t{1} << 44, 1}}) {
    beam::Writer out;
    for (const std::uint64_t number : {header.channels, header.frames, header.sample_rate}) out.VarInt(number);
    out.Raw(std::string(64, 'x'));
    beam::Reader in(out.view());
    EXPECT_THROW(beam::Coder<Waveform>::Decode(in), beam::Error);
  }
}

TEST(WaveformCoderTest, TravelsInsideAnAudioFile) {
  const AudioFile file{"a.wav", Ramp(1, 5), ""};
  const std::string bytes = Encoded(file);
  beam::Reader in(bytes);
  const AudioFile back = beam::Coder<AudioFile>::Decode(in);
  EXPECT_EQ(back.path, "a.wav");
  EXPECT_EQ(Encoded(back.audio), Encoded(file.audio));
}

}  // namespace
}  // namespace klay
