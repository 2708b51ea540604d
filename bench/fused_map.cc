// Numbers from one generator through so many fused Maps of one addition each; prints their sum. The CPU time with ten
// Maps less that with none is what Maps cost.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

#include "beam/runners/main.h"
#include "beam/transforms/map.h"
#include "beam/transforms/sum.h"
#include "bench/generate.h"

using Number = std::int64_t;

struct Options {
  beam::Flag<int, "fused Maps"> maps = 10;
  beam::Flag<Number, "how many numbers"> numbers = 1'000'000;
};

int main(int argc, char** argv) {
  return beam::Main(argc, argv, [](beam::Pipeline& p, const Options& options) {
    beam::PCollection<Number> numbers = bench::Numbers(p, 1, options.numbers);
    for (int i = 0; i < options.maps; ++i) {
      numbers = numbers | beam::Map("Add " + std::to_string(i), [](Number n) { return n + 1; });
    }
    numbers | beam::Sum("Total") | beam::ForEach("Print", [](Number n) { std::printf("%" PRId64 "\n", n); });
  });
}
