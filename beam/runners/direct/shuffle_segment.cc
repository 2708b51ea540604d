#include "beam/runners/direct/shuffle_segment.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "beam/base/error.h"
#include "beam/base/hash.h"

namespace beam {
namespace {

constexpr std::size_t kFirstBlockBytes = 4 << 10;
constexpr std::size_t kMaxBlockBytes = 1 << 20;

}  // namespace

bool ShuffleLess(const ShuffleRecord& a, const ShuffleRecord& b) {
  if (a.hash != b.hash) return a.hash < b.hash;
  if (const int keys = a.key().compare(b.key()); keys != 0) return keys < 0;
  if (a.order != b.order) return a.order < b.order;
  return a.value() < b.value();
}

char* ShuffleSegment::Allocate(std::size_t size) {
  if (size > free_bytes_) {
    // Blocks grow with what is in the segment: small bundles stay small.
    const std::size_t block = std::max(size, std::clamp(block_bytes_, kFirstBlockBytes, kMaxBlockBytes));
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    free_ = blocks_.back().get();
    free_bytes_ = block;
    block_bytes_ += block;
  }
  free_bytes_ -= size;
  return std::exchange(free_, free_ + size);
}

void ShuffleSegment::Add(std::string_view key, std::string_view suffix, std::string_view value,
                         const ElementOrder& order) {
  constexpr std::size_t kMaxSize = std::numeric_limits<std::uint32_t>::max();
  const std::size_t key_size = key.size() + suffix.size();
  if (key_size > kMaxSize || value.size() > kMaxSize) {
    throw Error("an element of " + std::to_string(key_size + value.size())
                + " bytes is too large to be grouped: the limit is 4 GB for a key and for a value");
  }
  char* const data = Allocate(key_size + value.size());
  std::memcpy(data, key.data(), key.size());
  if (!suffix.empty()) std::memcpy(data + key.size(), suffix.data(), suffix.size());
  if (!value.empty()) std::memcpy(data + key_size, value.data(), value.size());
  data_bytes_ += key_size + value.size();
  records_.push_back({HashBytes({data, key_size}), order, data, static_cast<std::uint32_t>(key_size),
                      static_cast<std::uint32_t>(value.size())});
}

std::shared_ptr<const ShuffleSegment> ShuffleSegment::Merge(
    const std::vector<std::shared_ptr<const ShuffleSegment>>& parts) {
  auto merged = std::make_shared<ShuffleSegment>();
  // Sealing copies the bytes: the records may point into the parts until then.
  for (const auto& part : parts) {
    merged->records_.insert(merged->records_.end(), part->records_.begin(), part->records_.end());
    merged->data_bytes_ += part->data_bytes_;
  }
  merged->Seal();
  return merged;
}

void ShuffleSegment::Seal() {
  // A counting sort; it keeps the order of records within a partition.
  std::array<std::size_t, kShufflePartitions + 1> next{};
  for (const ShuffleRecord& record : records_) ++next[ShufflePartition(record.hash) + 1];
  for (std::size_t i = 0; i < kShufflePartitions; ++i) next[i + 1] += next[i];
  starts_ = next;
  std::vector<ShuffleRecord> sorted(records_.size());
  for (const ShuffleRecord& record : records_) sorted[next[ShufflePartition(record.hash)]++] = record;
  // The bytes too: who reads a partition then goes through memory once, instead of a cache miss for each record.
  auto packed = std::make_unique_for_overwrite<char[]>(data_bytes_);
  char* to = packed.get();
  for (ShuffleRecord& record : sorted) {
    const std::size_t size = std::size_t{record.key_size} + record.value_size;
    std::memcpy(to, record.data, size);
    record.data = to;
    to += size;
  }
  blocks_.clear();
  blocks_.push_back(std::move(packed));
  block_bytes_ = data_bytes_;
  records_ = std::move(sorted);
}

}  // namespace beam
