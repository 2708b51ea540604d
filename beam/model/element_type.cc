#include "beam/model/element_type.h"

#include <algorithm>

namespace beam {

std::size_t ElementChunk::RunOf(std::size_t i) const {
  const auto after = std::upper_bound(meta_runs_.begin(), meta_runs_.end(), i,
                                      [](std::size_t index, const auto& run) { return index < run.first; });
  return static_cast<std::size_t>(after - meta_runs_.begin()) - 1;
}

}  // namespace beam
