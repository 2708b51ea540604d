#include "klay/transforms/ledger_index.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

#include "klay/transforms/ledger_segments.h"

namespace klay::internal {
namespace {

// What a line has at the least, with all of its fields.
constexpr std::size_t kLeastLineBytes = 128;

}  // namespace

std::shared_ptr<const LedgerIndex> LedgerIndex::Get(const std::string& ledger_folder) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<const LedgerIndex>> by_folder;
  // Held while it is read, as the others can do nothing without it.
  const std::lock_guard lock(mutex);
  std::weak_ptr<const LedgerIndex>& current = by_folder[ledger_folder];
  std::shared_ptr<const LedgerIndex> index = current.lock();
  if (!index) current = index = std::make_shared<LedgerIndex>(ledger_folder);
  return index;
}

LedgerIndex::LedgerIndex(const std::string& ledger_folder) {
  // More than there can be, so that the table never moves to a larger place; what is not used takes no memory.
  entries_.reserve(static_cast<std::size_t>(LedgerBytes(ledger_folder)) / kLeastLineBytes);
  ReadLedger(ledger_folder, [this](const LedgerEntry& entry) { entries_.push_back(entry); });
  // Of each key first what was recorded last, and of what was recorded at once the outcome that is worked on again.
  std::ranges::sort(entries_, [](const LedgerEntry& a, const LedgerEntry& b) {
    return std::tuple(a.key, -a.recorded, b.outcome()) < std::tuple(b.key, -b.recorded, a.outcome());
  });
  const auto older = std::ranges::unique(entries_, {}, &LedgerEntry::key);
  entries_.erase(older.begin(), older.end());
}

const LedgerEntry* LedgerIndex::Find(std::uint64_t key) const {
  const auto entry = std::ranges::lower_bound(entries_, key, {}, &LedgerEntry::key);
  return entry == entries_.end() || entry->key != key ? nullptr : &*entry;
}

}  // namespace klay::internal
