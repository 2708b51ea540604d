#include "beam/runners/direct/shuffle_sort.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace beam {
namespace {

struct Group {
  const ShuffleRecord* first;
  std::uint32_t size;   // of records
  std::uint32_t place;  // where the next one goes in the result
};

// Finds the group of a record: a hash table of group numbers, open addressing, at most half full.
class GroupTable {
 public:
  GroupTable() : slots_(1024, 0) {}

  std::uint32_t GroupOf(const ShuffleRecord& record) {
    if ((groups_.size() + 1) * 2 > slots_.size()) Grow();
    std::uint32_t& slot = Slot(record);
    if (slot == 0) {
      groups_.push_back({&record, 0, 0});
      slot = static_cast<std::uint32_t>(groups_.size());
    }
    return slot - 1;
  }

  std::vector<Group>& groups() { return groups_; }

 private:
  std::uint32_t& Slot(const ShuffleRecord& record) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = record.hash & mask;; i = (i + 1) & mask) {
      if (slots_[i] == 0) return slots_[i];
      const ShuffleRecord& other = *groups_[slots_[i] - 1].first;
      if (other.hash == record.hash && other.key() == record.key()) return slots_[i];
    }
  }

  void Grow() {
    std::vector<std::uint32_t> former(slots_.size() * 2, 0);
    std::swap(slots_, former);
    for (const std::uint32_t group : former) {
      if (group != 0) Slot(*groups_[group - 1].first) = group;
    }
  }

  std::vector<std::uint32_t> slots_;  // group number + 1; 0 is free
  std::vector<Group> groups_;
};

// What is sorted within a group: less to move than a record.
struct Entry {
  ElementOrder order;
  const ShuffleRecord* record;

  // ShuffleLess for records of one group. It does not look at the keys, which are equal: each look is a cache miss.
  bool operator<(const Entry& other) const {
    if (order.root != other.order.root) return order.root < other.order.root;
    if (order.ordinal != other.order.ordinal) return order.ordinal < other.order.ordinal;
    return record->value() < other.record->value();
  }
};

}  // namespace

std::vector<ShuffleRecord> SortShuffleRecords(const std::vector<ShuffleSpan>& spans) {
  std::size_t total = 0;
  for (const auto& [begin, end] : spans) total += static_cast<std::size_t>(end - begin);
  std::vector<std::uint32_t> group_of;
  group_of.reserve(total);
  GroupTable table;
  for (const auto& [begin, end] : spans) {
    for (const ShuffleRecord* record = begin; record != end; ++record) {
      group_of.push_back(table.GroupOf(*record));
      ++table.groups()[group_of.back()].size;
    }
  }
  std::vector<Group>& groups = table.groups();
  std::vector<std::uint32_t> by_key(groups.size());
  for (std::uint32_t i = 0; i < by_key.size(); ++i) by_key[i] = i;
  std::sort(by_key.begin(), by_key.end(), [&](std::uint32_t a, std::uint32_t b) {
    const ShuffleRecord& left = *groups[a].first;
    const ShuffleRecord& right = *groups[b].first;
    return left.hash != right.hash ? left.hash < right.hash : left.key() < right.key();
  });
  std::uint32_t place = 0;
  for (const std::uint32_t group : by_key) {
    groups[group].place = place;
    place += groups[group].size;
  }
  std::vector<Entry> entries(total);
  std::size_t i = 0;
  for (const auto& [begin, end] : spans) {
    for (const ShuffleRecord* record = begin; record != end; ++record) {
      entries[groups[group_of[i++]].place++] = {record->order, record};
    }
  }
  // Within a group records often are in their order already, as bundles often arrive so.
  for (const Group& group : groups) {
    const auto end = entries.begin() + group.place;
    const auto begin = end - group.size;
    if (!std::is_sorted(begin, end)) std::sort(begin, end);
  }
  std::vector<ShuffleRecord> sorted;
  sorted.reserve(total);
  for (const Entry& entry : entries) sorted.push_back(*entry.record);
  return sorted;
}

}  // namespace beam
