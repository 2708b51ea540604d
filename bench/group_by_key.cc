// Integers i generated -> (i % 1000, i) -> GroupByKey -> sum per key; prints the sum of all. bench/peers does the same
// with the Python and Go SDKs.
#include "beam/transforms/group_by_key.h"

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <numeric>

#include "beam/runners/main.h"
#include "beam/transforms/map.h"
#include "beam/transforms/sum.h"
#include "bench/generate.h"

using Number = std::int64_t;

struct Options {
  beam::Flag<Number, "how many numbers"> numbers = 1'000'000;
};

int main(int argc, char** argv) {
  return beam::Main(argc, argv, [](beam::Pipeline& p, const Options& options) {
    bench::Numbers(p, 1000, options.numbers)
        | beam::Map("Key", [](Number i) { return beam::KV{i % 1000, i}; })
        | beam::GroupByKey("Group")
        | beam::Map("Sum",
                    [](const beam::KV<Number, beam::Iterable<Number>>& group) {
                      return std::accumulate(group.value.begin(), group.value.end(), Number{0});
                    })
        | beam::Sum("Total")
        | beam::ForEach("Print", [](Number n) { std::printf("%" PRId64 "\n", n); });
  });
}
