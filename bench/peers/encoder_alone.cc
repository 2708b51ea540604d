// encoder_alone mp3|ogg|opus FILE...: encodes 16-bit stereo wav files by the encoder's library alone, from memory to
// nowhere, and prints the files, their seconds and the CPU seconds that encoding took (reading the files is not in it).
#include "bench/encoder_alone.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

// What the corpus has: a header of 44 bytes, then samples.
constexpr std::size_t kHeader = 44;

double CpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "encoder_alone: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) Fail("usage: encoder_alone mp3|ogg|opus FILE...");
  const std::string format = argv[1];
  const auto encode = format == "mp3" ? bench::EncodeMp3 : format == "ogg" ? bench::EncodeVorbis : bench::EncodeOpus;
  double cpu = 0;
  double seconds = 0;
  for (int i = 2; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.size() < kHeader || bytes.compare(36, 4, "data") != 0) Fail(std::string(argv[i]) + " is no plain wav");
    int rate = 0;
    std::memcpy(&rate, bytes.data() + 24, sizeof rate);
    std::vector<float> planes[2];
    for (std::size_t at = kHeader, c = 0; at + 2 <= bytes.size(); at += 2, c ^= 1) {
      std::int16_t sample = 0;
      std::memcpy(&sample, bytes.data() + at, sizeof sample);
      planes[c].push_back(static_cast<float>(sample) / 32768.F);
    }
    const double begin = CpuSeconds();
    if (encode({planes[0], planes[1], rate}) == 0) Fail(std::string(argv[i]) + " became nothing");
    cpu += CpuSeconds() - begin;
    seconds += static_cast<double>(planes[0].size()) / rate;
  }
  std::printf("%d files, %.3f s, %.6f CPU s\n", argc - 2, seconds, cpu);
}
