#include "beam/runners/direct/shuffle_run.h"

#include "beam/runners/direct/disk_record.h"
#include "beam/runners/direct/shuffle_sort.h"

namespace beam {

std::vector<ShuffleRecord> SortedPartition(const std::vector<std::shared_ptr<const ShuffleSegment>>& segments,
                                           std::size_t partition) {
  std::vector<ShuffleSpan> spans;
  spans.reserve(segments.size());
  for (const auto& segment : segments) spans.emplace_back(segment->begin(partition), segment->end(partition));
  return SortShuffleRecords(spans);
}

std::shared_ptr<const ShuffleRun> WriteShuffleRun(const std::vector<std::shared_ptr<const ShuffleSegment>>& segments,
                                                  const std::shared_ptr<TempFile>& file) {
  std::uint64_t bytes = 0;
  for (const auto& segment : segments) bytes += DiskBytes(*segment);
  auto run = std::make_shared<ShuffleRun>(file, bytes);
  for (std::size_t partition = 0; partition < kShufflePartitions; ++partition) {
    run->starts[partition] = run->region.size();
    for (const ShuffleRecord& record : SortedPartition(segments, partition)) AppendDiskRecord(record, run->region);
  }
  run->starts[kShufflePartitions] = run->region.size();
  run->region.Flush();
  return run;
}

}  // namespace beam
