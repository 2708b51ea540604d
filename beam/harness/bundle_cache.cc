#include "beam/harness/bundle_cache.h"

namespace beam {

BundleCache::Entry& BundleCache::Find(const std::string& id) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Entry>& entry = entries_[id];
  if (entry == nullptr) entry = std::make_unique<Entry>();
  return *entry;
}

std::shared_ptr<BundleRun> BundleCache::Take(const std::string& id) {
  Entry& entry = Find(id);
  std::shared_ptr<const BundleGraph> graph;
  {
    const std::lock_guard lock(entry.mutex);
    if (!entry.waiting.empty()) {
      std::shared_ptr<BundleRun> run = std::move(entry.waiting.back());
      entry.waiting.pop_back();
      return run;
    }
    if (entry.graph == nullptr) entry.graph = std::make_shared<const BundleGraph>(ReadDescriptor(fetch_(id)));
    graph = entry.graph;
  }
  return std::make_shared<BundleRun>(graph, services_);
}

void BundleCache::Return(const std::string& id, std::shared_ptr<BundleRun> run) {
  Entry& entry = Find(id);
  const std::lock_guard lock(entry.mutex);
  entry.waiting.push_back(std::move(run));
}

}  // namespace beam
