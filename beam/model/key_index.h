// KeyIndex: numbers keys, given as bytes, in the order in which they come. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace beam {

class KeyIndex {
 public:
  // The number of `key`, which is size() - 1 if it is new.
  std::size_t Number(std::string_view key);

  std::size_t size() const { return keys_.size(); }
  void Clear();

 private:
  struct Key {
    std::uint64_t hash;
    std::size_t begin;  // in bytes_
    std::size_t size;
  };

  void Grow();

  std::vector<Key> keys_;
  std::vector<std::uint32_t> slots_;  // number + 1, or 0; a power of two of them, at most half in use
  std::string bytes_;
};

}  // namespace beam
