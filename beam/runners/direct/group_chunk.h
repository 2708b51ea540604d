// GroupChunk: the groups of a partition, ready to be fed to a stage. Over memory, or over a sorted file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "beam/model/element_type.h"
#include "beam/runners/direct/shuffle_segment.h"
#include "beam/runners/direct/temp_file.h"

namespace beam {

// On disk a record is a header, the key's bytes and the value's. Native byte order: the file never leaves the process.
struct DiskRecordHeader {
  std::uint64_t hash;
  ElementOrder order;
  std::uint32_t key_size;
  std::uint32_t value_size;
};

void AppendDiskRecord(const ShuffleRecord& record, TempFile& file);

// Reads records one after another from a part of a file.
class DiskRecordReader {
 public:
  DiskRecordReader(const TempFile& file, std::uint64_t begin, std::uint64_t end)
      : file_(file), position_(begin), end_(end) {}

  // False at the end. The record's data is good until the next call.
  bool Next(ShuffleRecord& record);

  // Where the next record starts.
  std::uint64_t position() const { return position_; }

 private:
  void Fill(std::size_t need);

  const TempFile& file_;
  std::uint64_t position_;
  std::uint64_t end_;
  std::uint64_t buffer_start_ = 0;
  std::string buffer_;
};

// `records` must be sorted by ShuffleLess; `owners` own what they point to.
std::shared_ptr<const Chunk> MakeGroupChunk(const KvType* type, bool is_global, std::vector<ShuffleRecord> records,
                                            std::vector<std::shared_ptr<const void>> owners);

// Over the whole of `file`, which holds sorted records.
std::shared_ptr<const Chunk> MakeGroupChunk(const KvType* type, bool is_global, std::shared_ptr<const TempFile> file);

}  // namespace beam
