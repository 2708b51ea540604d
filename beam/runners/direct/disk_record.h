// Shuffle records on disk, one after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

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

// What records take on disk.
std::uint64_t DiskBytes(const std::vector<ShuffleRecord>& records);
std::uint64_t DiskBytes(const ShuffleSegment& segment);

void AppendDiskRecord(const ShuffleRecord& record, TempRegion& region);

// Reads records one after another from a part of a region.
class DiskRecordReader {
 public:
  DiskRecordReader(const TempRegion& region, std::uint64_t begin, std::uint64_t end)
      : region_(region), position_(begin), end_(end) {}

  // False at the end. The record's data is good until the next call.
  bool Next(ShuffleRecord& record);

  // Where the next record starts.
  std::uint64_t position() const { return position_; }

 private:
  void Fill(std::size_t need);

  const TempRegion& region_;
  std::uint64_t position_;
  std::uint64_t end_;
  std::uint64_t buffer_start_ = 0;
  std::string buffer_;
};

}  // namespace beam
