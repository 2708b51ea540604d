#include "beam/harness/side_input_cache.h"

#include <utility>

namespace beam {

std::shared_ptr<const void> SideInputCache::Get(const std::string& key, const std::function<Made()>& make) {
  const std::shared_ptr<Entry> entry = Use(key);
  const std::lock_guard making(entry->making);
  if (entry->value == nullptr) {
    Made made = make();
    entry->value = std::move(made.value);
    Charge(entry, made.bytes);
  }
  return entry->value;
}

std::shared_ptr<SideInputCache::Entry> SideInputCache::Use(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return *found->second;
  }
  entries_.push_front(std::make_shared<Entry>());
  entries_.front()->key = key;
  by_key_[key] = entries_.begin();
  return entries_.front();
}

void SideInputCache::Charge(const std::shared_ptr<Entry>& entry, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(entry->key);
  // It may have been let go while it was made.
  if (found == by_key_.end() || *found->second != entry) return;
  entry->bytes = entry->key.size() + bytes;
  bytes_ += entry->bytes;
  // What does not fit drives out nothing else.
  if (entry->bytes > most_bytes_) return Drop(found->second);
  while (bytes_ > most_bytes_) Drop(std::prev(entries_.end()));
}

void SideInputCache::Drop(Entries::iterator entry) {
  bytes_ -= (*entry)->bytes;
  by_key_.erase((*entry)->key);
  entries_.erase(entry);
}

}  // namespace beam
