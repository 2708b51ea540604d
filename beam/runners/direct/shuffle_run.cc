#include "beam/runners/direct/shuffle_run.h"

#include "beam/runners/direct/group_chunk.h"
#include "beam/runners/direct/shuffle_sort.h"

namespace beam {

std::vector<ShuffleRecord> SortedPartition(const std::vector<std::shared_ptr<const ShuffleSegment>>& segments,
                                           std::size_t partition) {
  std::vector<ShuffleSpan> spans;
  for (const auto& segment : segments) spans.emplace_back(segment->begin(partition), segment->end(partition));
  return SortShuffleRecords(spans);
}

std::shared_ptr<const ShuffleRun> WriteShuffleRun(const std::vector<std::shared_ptr<const ShuffleSegment>>& segments,
                                                  const std::string& folder) {
  auto run = std::make_shared<ShuffleRun>(folder);
  for (std::size_t partition = 0; partition < kShufflePartitions; ++partition) {
    run->starts[partition] = run->file.size();
    for (const ShuffleRecord& record : SortedPartition(segments, partition)) AppendDiskRecord(record, run->file);
  }
  run->starts[kShufflePartitions] = run->file.size();
  run->file.Flush();
  return run;
}

}  // namespace beam
