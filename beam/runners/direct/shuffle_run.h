// ShuffleRun: shuffle records on disk, sorted within each partition.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "beam/runners/direct/shuffle_segment.h"
#include "beam/runners/direct/temp_file.h"

namespace beam {

// Immutable once written; any thread may read.
struct ShuffleRun {
  ShuffleRun(const std::shared_ptr<TempFile>& file, std::uint64_t size) : region(file, size) {}

  std::uint64_t byte_size(std::size_t partition) const { return starts[partition + 1] - starts[partition]; }

  TempRegion region;
  std::array<std::uint64_t, kShufflePartitions + 1> starts{};
};

std::shared_ptr<const ShuffleRun> WriteShuffleRun(const std::vector<std::shared_ptr<const ShuffleSegment>>& segments,
                                                  const std::shared_ptr<TempFile>& file);

// The records of one partition of the segments, in the order of ShuffleLess. They point into the segments.
std::vector<ShuffleRecord> SortedPartition(const std::vector<std::shared_ptr<const ShuffleSegment>>& segments,
                                           std::size_t partition);

}  // namespace beam
