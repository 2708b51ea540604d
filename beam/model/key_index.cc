#include "beam/model/key_index.h"

#include "beam/base/hash.h"

namespace beam {
namespace {

constexpr std::size_t kFirstSlots = 64;
constexpr std::size_t kKeptSlots = 4096;  // what is cheap to clear after each bundle

}  // namespace

std::size_t KeyIndex::Number(std::string_view key) {
  if (slots_.size() < 2 * (keys_.size() + 1)) Grow();
  const std::uint64_t hash = HashBytes(key);
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(hash) & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const Key& known = keys_[slots_[slot] - 1];
    if (known.hash == hash && std::string_view(bytes_).substr(known.begin, known.size) == key) return slots_[slot] - 1;
  }
  keys_.push_back({hash, bytes_.size(), key.size()});
  bytes_.append(key);
  slots_[slot] = static_cast<std::uint32_t>(keys_.size());
  return keys_.size() - 1;
}

void KeyIndex::Grow() {
  slots_.assign(slots_.empty() ? kFirstSlots : slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t number = 0; number < keys_.size(); ++number) {
    std::size_t slot = static_cast<std::size_t>(keys_[number].hash) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(number + 1);
  }
}

void KeyIndex::Clear() {
  keys_.clear();
  bytes_.clear();
  slots_.assign(slots_.size() <= kKeptSlots ? slots_.size() : 0, 0);
}

}  // namespace beam
