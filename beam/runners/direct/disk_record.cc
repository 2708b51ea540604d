#include "beam/runners/direct/disk_record.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace beam {
namespace {

constexpr std::size_t kReadBytes = 256 << 10;

}  // namespace

std::uint64_t DiskBytes(const std::vector<ShuffleRecord>& records) {
  std::uint64_t bytes = records.size() * sizeof(DiskRecordHeader);
  for (const ShuffleRecord& record : records) bytes += std::uint64_t{record.key_size} + record.value_size;
  return bytes;
}

std::uint64_t DiskBytes(const ShuffleSegment& segment) {
  return segment.record_count() * sizeof(DiskRecordHeader) + segment.data_bytes();
}

void AppendDiskRecord(const ShuffleRecord& record, TempRegion& region) {
  const DiskRecordHeader header{record.hash, record.order, record.key_size, record.value_size};
  region.Append({reinterpret_cast<const char*>(&header), sizeof header});
  region.Append({record.data, std::size_t{record.key_size} + record.value_size});
}

void DiskRecordReader::Fill(std::size_t need) {
  if (position_ >= buffer_start_ && position_ + need <= buffer_start_ + buffer_.size()) return;
  const std::size_t size = std::min<std::uint64_t>(std::max(need, kReadBytes), end_ - position_);
  assert(size >= need);
  buffer_.resize(size);
  region_.ReadAt(position_, buffer_.data(), size);
  buffer_start_ = position_;
}

bool DiskRecordReader::Next(ShuffleRecord& record) {
  if (position_ == end_) return false;
  DiskRecordHeader header;
  Fill(sizeof header);
  std::memcpy(&header, buffer_.data() + (position_ - buffer_start_), sizeof header);
  const std::size_t size = sizeof header + header.key_size + header.value_size;
  Fill(size);
  record = {header.hash, header.order, buffer_.data() + (position_ - buffer_start_) + sizeof header, header.key_size,
            header.value_size};
  position_ += size;
  return true;
}

}  // namespace beam
