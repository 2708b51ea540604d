// Our resamplers and libsoxr's over the same noise, mono, one thread, in blocks that stay in the cache, as between a
// decoder and an encoder. items_per_second are input samples a CPU second.
#include <benchmark/benchmark.h>
#include <soxr.h>

#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "klay/audio/resampler.h"

namespace {

constexpr std::size_t kBlock = 16384;

std::vector<float> Noise() {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> level(-0.5F, 0.5F);
  std::vector<float> noise(kBlock);
  for (float& sample : noise) sample = level(random);
  return noise;
}

void Ours(benchmark::State& state, int source, int target, klay::ResamplerMethod method) {
  const std::vector<float> input = Noise();
  klay::Resampler resampler(source, target, 1, {.method = method});
  const float* in[] = {input.data()};
  std::vector<float> output;
  for (auto _ : state) {
    output.resize(static_cast<std::size_t>(resampler.MostFrames(kBlock)));
    float* out[] = {output.data()};
    benchmark::DoNotOptimize(resampler.Process(in, kBlock, out));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBlock));
}

struct DeleteSoxr {
  void operator()(soxr* resampler) const { soxr_delete(resampler); }
};

void Soxr(benchmark::State& state, int source, int target, unsigned long quality) {
  const std::vector<float> input = Noise();
  std::vector<float> output(kBlock * 4);
  const soxr_quality_spec_t spec = soxr_quality_spec(quality, 0);
  const soxr_runtime_spec_t one_thread = soxr_runtime_spec(1);
  const std::unique_ptr<soxr, DeleteSoxr> resampler(
      soxr_create(source, target, 1, nullptr, nullptr, &spec, &one_thread));
  if (!resampler) throw std::runtime_error("libsoxr refuses the rates");
  for (auto _ : state) {
    std::size_t used = 0;
    std::size_t wrote = 0;
    soxr_process(resampler.get(), input.data(), kBlock, &used, output.data(), output.size(), &wrote);
    if (used != kBlock) state.SkipWithError("libsoxr did not take a whole block");
    benchmark::DoNotOptimize(wrote);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBlock));
}

void RegisterAll() {
  using klay::ResamplerMethod;
  // The last has no small common divisor.
  for (const auto& [source, target] : {std::pair{44100, 16000},
                                       {44100, 48000},
                                       {48000, 44100},
                                       {48000, 16000},
                                       {96000, 16000},
                                       {96000, 48000},
                                       {16000, 48000},
                                       {48000, 44101}}) {
    const std::string rates = "/" + std::to_string(source) + "/" + std::to_string(target);
    const auto ours = [&](ResamplerMethod method) {
      benchmark::RegisterBenchmark((klay::ResamplerMethodName(method) + rates).c_str(), Ours, source, target, method);
    };
    const auto soxr = [&](const char* name, unsigned long quality) {
      benchmark::RegisterBenchmark((name + rates).c_str(), Soxr, source, target, quality);
    };
    ours(ResamplerMethod::kSincHann);
    ours(ResamplerMethod::kMedium);
    ours(ResamplerMethod::kHigh);
    soxr("soxr_HQ", SOXR_HQ);
    ours(ResamplerMethod::kVeryHigh);
    soxr("soxr_VHQ", SOXR_VHQ);
  }
}

}  // namespace

int main(int argc, char** argv) {
  RegisterAll();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
