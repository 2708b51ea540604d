// How long encoding takes: our encoder beside its library fed from memory, and the conversion to integers beside
// memcpy. The signal is a minute of stereo chords over noise.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "bench/encoder_alone.h"
#include "klay/audio/encoder.h"

namespace {

constexpr int kRate = 48000;  // which Opus takes
constexpr std::int64_t kBlock = 4096;

klay::Waveform Music(std::int64_t seconds) {
  klay::Waveform wave(2, seconds * kRate, kRate);
  std::uint32_t noise = 1;
  for (int c = 0; c < 2; ++c) {
    double time = 0;
    for (float& sample : wave.channel(c)) {
      noise = noise * 1664525 + 1013904223;
      const double decay = std::exp(-3 * std::fmod(time, 0.5));
      const double pitch = 110 * std::exp2(std::floor(std::fmod(time * 2, 24)) / 12);
      const double tone = std::sin(6.283185 * pitch * time) + 0.5 * std::sin(12.6 * pitch * time + c);
      sample = static_cast<float>(0.3 * decay * tone + 0.02 * static_cast<std::int32_t>(noise) / 2147483648.0);
      time += 1.0 / kRate;
    }
  }
  return wave;
}

const klay::Waveform& Signal() {
  static const klay::Waveform wave = Music(60);
  return wave;
}

class NullSink : public beam::ByteSink {
 public:
  void Write(const void* data, std::size_t size) override {
    benchmark::DoNotOptimize(data);
    bytes_ += size;
  }
  bool CanRewrite() const override { return true; }
  void Rewrite(std::uint64_t /*offset*/, const void* /*data*/, std::size_t /*size*/) override {}
  void Finish() override {}
  const std::string& path() const override { return path_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  const std::string path_ = "(nowhere)";
  std::uint64_t bytes_ = 0;
};

void Report(benchmark::State& state) { state.SetItemsProcessed(state.iterations() * Signal().frames() * 2); }

void Encode(benchmark::State& state, const klay::EncodeOptions& options) {
  const klay::Waveform& wave = Signal();
  for (auto _ : state) {
    NullSink sink;
    klay::AudioEncoder encoder(sink, 2, kRate, options);
    for (std::int64_t at = 0; at < wave.frames(); at += kBlock) {
      const float* planes[] = {wave.channel(0).data() + at, wave.channel(1).data() + at};
      encoder.Write(planes, std::min(kBlock, wave.frames() - at));
    }
    encoder.Finish();
    benchmark::DoNotOptimize(sink.bytes());
  }
  Report(state);
}

void Alone(benchmark::State& state, std::size_t (*encode)(const bench::Stereo&)) {
  const klay::Waveform& wave = Signal();
  for (auto _ : state) benchmark::DoNotOptimize(encode({wave.channel(0), wave.channel(1), kRate}));
  Report(state);
}

void CopyAlone(benchmark::State& state) {
  const klay::Waveform& wave = Signal();
  std::vector<float> out(kBlock);
  for (auto _ : state) {
    for (std::int64_t at = 0; at < wave.frames(); at += kBlock) {
      const auto bytes = static_cast<std::size_t>(std::min(kBlock, wave.frames() - at)) * sizeof(float);
      for (int c = 0; c < 2; ++c) {
        std::memcpy(out.data(), wave.channel(c).data() + at, bytes);
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
      }
    }
  }
  Report(state);
}

using enum klay::AudioFormat;
using enum klay::BitDepth;
BENCHMARK(CopyAlone);
BENCHMARK_CAPTURE(Encode, wav8, klay::EncodeOptions{.bit_depth = kInt8});
BENCHMARK_CAPTURE(Encode, wav16, klay::EncodeOptions{});
BENCHMARK_CAPTURE(Encode, wav16_floor, klay::EncodeOptions{.quantisation = klay::Quantisation::kFloor});
BENCHMARK_CAPTURE(Encode, wav16_dither, klay::EncodeOptions{.dither = true});
BENCHMARK_CAPTURE(Encode, wav24, klay::EncodeOptions{.bit_depth = kInt24});
BENCHMARK_CAPTURE(Encode, wav32, klay::EncodeOptions{.bit_depth = kInt32});
BENCHMARK_CAPTURE(Encode, wav32f, klay::EncodeOptions{.bit_depth = kFloat32});
BENCHMARK_CAPTURE(Encode, wav64f, klay::EncodeOptions{.bit_depth = kFloat64});
BENCHMARK_CAPTURE(Encode, aiff16, klay::EncodeOptions{.format = kAiff});
BENCHMARK_CAPTURE(Encode, aiff24, klay::EncodeOptions{.format = kAiff, .bit_depth = kInt24});
BENCHMARK_CAPTURE(Encode, flac16, klay::EncodeOptions{.format = kFlac})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Alone, mp3, bench::EncodeMp3)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, mp3, klay::EncodeOptions{.format = kMp3})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Alone, ogg, bench::EncodeVorbis)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, ogg, klay::EncodeOptions{.format = kOgg})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Alone, opus, bench::EncodeOpus)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, opus, klay::EncodeOptions{.format = kOpus})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Encode, m4a, klay::EncodeOptions{.format = kM4a})->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
