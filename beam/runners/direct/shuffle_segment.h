// What one bundle gives to a GroupByKey: encoded pairs in blocks of memory, ordered by partition once it is sealed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "beam/model/element_type.h"

namespace beam {

inline constexpr std::size_t kShufflePartitions = 64;

// One pair. Groups are of equal keys, the window being part of the key's bytes where windows are not global.
struct ShuffleRecord {
  std::uint64_t hash = 0;  // of the key's bytes
  ElementOrder order = {};
  const char* data = nullptr;  // the key's bytes, then the value's
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;

  std::string_view key() const { return {data, key_size}; }
  std::string_view value() const { return {data + key_size, value_size}; }
};

inline std::size_t ShufflePartition(std::uint64_t hash) { return hash >> 58; }
static_assert(kShufflePartitions == 1 << (64 - 58));

// Records of equal keys become neighbours, in their order; everything by bytes, so that it is the same in each run.
bool ShuffleLess(const ShuffleRecord& a, const ShuffleRecord& b);

// Sealed: immutable, shared between threads.
class ShuffleSegment {
 public:
  // Appends a pair; `suffix` belongs to the key.
  void Add(std::string_view key, std::string_view suffix, std::string_view value, const ElementOrder& order);
  // Puts the records, and their bytes, in the order of their partitions. No Add after that.
  void Seal();

  // One sealed segment of several.
  static std::shared_ptr<const ShuffleSegment> Merge(const std::vector<std::shared_ptr<const ShuffleSegment>>& parts);

  std::size_t byte_size() const { return block_bytes_ + records_.size() * sizeof(ShuffleRecord); }
  std::size_t record_count() const { return records_.size(); }
  std::size_t data_bytes() const { return data_bytes_; }  // of keys and values
  bool empty() const { return records_.empty(); }
  // Only when sealed.
  const ShuffleRecord* begin(std::size_t partition) const { return records_.data() + starts_[partition]; }
  const ShuffleRecord* end(std::size_t partition) const { return records_.data() + starts_[partition + 1]; }

 private:
  char* Allocate(std::size_t size);

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  std::size_t free_bytes_ = 0;
  std::size_t block_bytes_ = 0;
  std::size_t data_bytes_ = 0;
  std::vector<ShuffleRecord> records_;
  std::array<std::size_t, kShufflePartitions + 1> starts_{};
};

}  // namespace beam
