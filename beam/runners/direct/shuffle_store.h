// ShuffleStore: the pairs of one GroupByKey or Combine between the stage that writes them and the stage that reads the
// groups. In memory up to a budget that all stores of a run share; beyond it, as sorted runs on disk.
//
// Add is thread-safe. After the last Add, Load gives the groups of a partition; any number of threads may load.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "beam/model/element_type.h"
#include "beam/runners/direct/shuffle_segment.h"
#include "beam/runners/direct/temp_file.h"

namespace beam {

// Shared by the stores of a run.
struct ShuffleMemory {
  std::uint64_t limit_bytes = 0;
  std::string temp_folder;
  std::atomic<std::uint64_t> used_bytes{0};
  std::atomic<std::uint64_t> spilled_bytes{0};
};

class ShuffleStore {
 public:
  // `type` is of the pairs that were written; `memory` must outlive the store.
  ShuffleStore(const KvType* type, bool is_global, ShuffleMemory* memory);
  ~ShuffleStore();

  void Add(std::shared_ptr<const ShuffleSegment> segment);

  // The groups of `partition` (below kShufflePartitions), or null if it has none. Each partition once: what it held in
  // memory belongs to the chunk then.
  std::shared_ptr<const Chunk> Load(std::size_t partition);

 private:
  // Records on disk, sorted within each partition.
  struct Run {
    explicit Run(const std::string& folder) : file(folder) {}
    TempFile file;
    std::array<std::uint64_t, kShufflePartitions + 1> starts{};
  };

  void SpillLocked();
  std::vector<ShuffleRecord> RecordsInMemory(std::size_t partition) const;
  std::uint64_t BytesOnDisk(std::size_t partition) const;

  const KvType* type_;
  const bool is_global_;
  ShuffleMemory* memory_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const ShuffleSegment>> segments_;
  std::uint64_t segment_bytes_ = 0;
  std::vector<std::shared_ptr<const Run>> runs_;
};

}  // namespace beam
