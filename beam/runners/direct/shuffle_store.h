// ShuffleStore: the pairs of one GroupByKey or Combine between the stage that writes them and the stage that reads the
// groups. In memory up to a budget that all stores of a run share; beyond it, as sorted runs on disk.
//
// Add is thread-safe. After Seal, Load gives the groups of a partition; any number of threads may load.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "beam/model/element_type.h"
#include "beam/runners/direct/shuffle_memory.h"
#include "beam/runners/direct/shuffle_output.h"

namespace beam {

class ShuffleStore {
 public:
  // `type` is of the pairs that were written; `memory` must outlive the store.
  ShuffleStore(const KvType* type, bool is_global, ShuffleMemory* memory);
  ~ShuffleStore();

  void Add(ShuffleOutput output);

  // After the last Add.
  void Seal();

  // Once sealed: the groups of `partition` (below kShufflePartitions), or null if it has none. Each partition once:
  // what it held in memory belongs to the chunk then.
  std::shared_ptr<const Chunk> Load(std::size_t partition);

 private:
  void AddSegmentLocked(std::shared_ptr<const ShuffleSegment> segment);
  void MergeSmallLocked();
  void TakeSmallLocked();
  void SpillLocked();
  std::uint64_t BytesOnDisk(std::size_t partition) const;

  const KvType* type_;
  const bool is_global_;
  ShuffleMemory* memory_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const ShuffleSegment>> segments_;
  std::vector<std::shared_ptr<const ShuffleSegment>> small_segments_;  // to become one of segments_
  std::uint64_t segment_bytes_ = 0;
  std::vector<std::shared_ptr<const ShuffleRun>> runs_;
};

}  // namespace beam
