// SideInputCache: what an engine says is the same for several bundles (ProcessBundleRequest.cache_tokens), so that it
// is read and decoded once. When it comes to more than so many bytes, what was used longest ago is let go.
//
// Thread-safe. Source: CacheToken in beam_fn_api.proto.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace beam {

class SideInputCache {
 public:
  struct Made {
    std::shared_ptr<const void> value;  // not null
    std::size_t bytes;                  // what it counts as: the size of its encoding
  };

  explicit SideInputCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // What `make` has made for that key: now, or for another bundle. One thread makes it, others that ask for the same
  // meanwhile wait. What `make` throws is told to its caller alone: the next one tries again.
  std::shared_ptr<const void> Get(const std::string& key, const std::function<Made()>& make);

 private:
  struct Entry {
    std::string key;
    std::mutex making;
    std::shared_ptr<const void> value;  // null until it is made
    std::size_t bytes = 0;
  };
  using Entries = std::list<std::shared_ptr<Entry>>;

  // The entry of that key, which is then the one used last.
  std::shared_ptr<Entry> Use(const std::string& key);
  // Counts what was made, and lets go what is too much.
  void Charge(const std::shared_ptr<Entry>& entry, std::size_t bytes);
  void Drop(Entries::iterator entry);

  const std::size_t most_bytes_;
  std::mutex mutex_;  // of all below, and of Entry::bytes; not held while something is made
  Entries entries_;   // the one used last is in front
  std::unordered_map<std::string, Entries::iterator> by_key_;
  std::size_t bytes_ = 0;
};

}  // namespace beam
