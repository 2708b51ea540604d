#include "beam/runners/direct/shuffle_store.h"

#include <algorithm>
#include <iterator>
#include <queue>
#include <utility>
#include <vector>

#include "beam/runners/direct/group_chunk.h"
#include "beam/runners/direct/shuffle_sort.h"

namespace beam {
namespace {

// The part of the memory that a store, or a partition that is loaded, may have whatever the others have.
constexpr std::uint64_t kStoreShare = 16;

// Bundles may be tiny (one slow element), and there may be millions of them: their segments are put together, as each
// has a table of partitions.
constexpr std::size_t kSmallSegmentBytes = 64 << 10;
constexpr std::size_t kMaxSmallSegments = 64;

// Merges sorted sources of records into `out`.
void Merge(std::vector<DiskRecordReader>& sources, const std::vector<ShuffleRecord>& in_memory, TempRegion& out) {
  struct Head {
    ShuffleRecord record;
    std::size_t source;
  };
  const auto later = [](const Head& a, const Head& b) { return ShuffleLess(b.record, a.record); };
  std::priority_queue<Head, std::vector<Head>, decltype(later)> heads(later);
  const std::size_t memory_source = sources.size();
  std::size_t next_in_memory = 0;
  const auto advance = [&](std::size_t source) {
    Head head{{}, source};
    if (source == memory_source) {
      if (next_in_memory == in_memory.size()) return;
      head.record = in_memory[next_in_memory++];
    } else if (!sources[source].Next(head.record)) {
      return;
    }
    heads.push(head);
  };
  for (std::size_t source = 0; source <= memory_source; ++source) advance(source);
  while (!heads.empty()) {
    const Head head = heads.top();
    heads.pop();
    AppendDiskRecord(head.record, out);
    advance(head.source);
  }
  out.Flush();
}

}  // namespace

ShuffleStore::ShuffleStore(const KvType* type, bool is_global, ShuffleMemory* memory)
    : type_(type), is_global_(is_global), memory_(memory) {}

ShuffleStore::~ShuffleStore() { memory_->used_bytes -= segment_bytes_; }

void ShuffleStore::Add(ShuffleOutput output) {
  const std::lock_guard lock(mutex_);
  for (auto& run : output.runs) runs_.push_back(std::move(run));
  if (output.segment == nullptr) return;
  AddSegmentLocked(std::move(output.segment));
  // Where other stores hold the memory, this one may still have its share: it does not write a run for each bundle.
  if (memory_->used_bytes > memory_->limit_bytes && segment_bytes_ >= memory_->limit_bytes / kStoreShare) SpillLocked();
}

void ShuffleStore::AddSegmentLocked(std::shared_ptr<const ShuffleSegment> segment) {
  // The table of partitions is left out: it goes away when small segments are put together.
  const std::size_t size = segment->byte_size();
  segment_bytes_ += size;
  memory_->used_bytes += size;
  if (size >= kSmallSegmentBytes) {
    segments_.push_back(std::move(segment));
    return;
  }
  small_segments_.push_back(std::move(segment));
  if (small_segments_.size() == kMaxSmallSegments) MergeSmallLocked();
}

void ShuffleStore::MergeSmallLocked() {
  auto merged = ShuffleSegment::Merge(small_segments_);
  small_segments_.clear();
  (merged->byte_size() < kSmallSegmentBytes ? small_segments_ : segments_).push_back(std::move(merged));
}

void ShuffleStore::Seal() {
  const std::lock_guard lock(mutex_);
  if (small_segments_.size() > 1) MergeSmallLocked();
  TakeSmallLocked();
}

void ShuffleStore::TakeSmallLocked() {
  std::move(small_segments_.begin(), small_segments_.end(), std::back_inserter(segments_));
  small_segments_.clear();
}

void ShuffleStore::SpillLocked() {
  TakeSmallLocked();
  runs_.push_back(WriteShuffleRun(segments_, memory_->temp_file));
  memory_->spilled_bytes += runs_.back()->region.size();
  memory_->used_bytes -= segment_bytes_;
  segment_bytes_ = 0;
  segments_.clear();
}

std::uint64_t ShuffleStore::BytesOnDisk(std::size_t partition) const {
  std::uint64_t bytes = 0;
  for (const auto& run : runs_) bytes += run->byte_size(partition);
  return bytes;
}

std::shared_ptr<const Chunk> ShuffleStore::Load(std::size_t partition) {
  std::vector<ShuffleRecord> records = SortedPartition(segments_, partition);
  const std::uint64_t on_disk = BytesOnDisk(partition);
  if (on_disk == 0) {
    if (records.empty()) return nullptr;
    return MakeGroupChunk(type_, is_global_, std::move(records), {segments_.begin(), segments_.end()});
  }
  // Several threads load at once, so a partition may take a small part of the memory only. A larger one is merged on
  // disk, over which groups of any size can be read.
  std::vector<DiskRecordReader> readers;
  for (const auto& run : runs_) {
    if (run->byte_size(partition) == 0) continue;
    readers.emplace_back(run->region, run->starts[partition], run->starts[partition + 1]);
  }
  if (on_disk > memory_->limit_bytes / kStoreShare) {
    auto merged = std::make_shared<TempRegion>(memory_->temp_file, on_disk + DiskBytes(records));
    Merge(readers, records, *merged);
    return MakeGroupChunk(type_, is_global_, std::shared_ptr<const TempRegion>(std::move(merged)));
  }
  auto loaded = std::make_shared<ShuffleSegment>();
  for (DiskRecordReader& reader : readers) {
    for (ShuffleRecord record; reader.Next(record);) {
      loaded->Add(record.key(), {}, record.value(), record.order);
    }
  }
  loaded->Seal();
  records = SortShuffleRecords(
      {{records.data(), records.data() + records.size()}, {loaded->begin(partition), loaded->end(partition)}});
  std::vector<std::shared_ptr<const void>> owners{segments_.begin(), segments_.end()};
  owners.push_back(std::move(loaded));
  return MakeGroupChunk(type_, is_global_, std::move(records), std::move(owners));
}

}  // namespace beam
