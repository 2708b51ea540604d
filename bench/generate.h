// Where the benchmarks' numbers come from: blocks, each of which becomes its share of the numbers below `numbers`. The
// peers in bench/peers do the same.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "beam/transforms/create.h"
#include "beam/transforms/par_do.h"

namespace bench {

struct Generate {
  std::int64_t blocks = 1;
  std::int64_t numbers = 0;

  void ProcessElement(const std::int64_t& block, beam::Output<std::int64_t> out) const {
    const std::int64_t end = (block + 1) * numbers / blocks;
    for (std::int64_t i = block * numbers / blocks; i < end; ++i) out.Emit(i);
  }
};

inline beam::PCollection<std::int64_t> Numbers(beam::Pipeline& p, std::int64_t blocks, std::int64_t numbers) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(blocks));
  std::iota(indices.begin(), indices.end(), std::int64_t{0});
  return p | beam::Create("Blocks", indices) | beam::ParDo("Generate", Generate{blocks, numbers});
}

}  // namespace bench
