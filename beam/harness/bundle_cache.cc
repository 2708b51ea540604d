#include "beam/harness/bundle_cache.h"

#include "beam/portable/urns.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;

namespace {

// Opens the data streams of a stage, whatever is wrong with it otherwise: Beam's engines in Java wait for these for
// minutes before they look at the answer that a bundle has failed.
void OpenStreams(const fn::ProcessBundleDescriptor& stage, WorkerServices& services) {
  for (const auto& [id, transform] : stage.transforms()) {
    const std::string& urn = transform.spec().urn();
    fn::RemoteGrpcPort port;
    if ((urn == urn::kSource || urn == urn::kSink) && port.ParseFromString(transform.spec().payload())) {
      services.Data(port.api_service_descriptor().url());
    }
  }
}

}  // namespace

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
    if (entry.graph == nullptr) {
      const fn::ProcessBundleDescriptor stage = fetch_(id);
      OpenStreams(stage, services_);
      entry.graph = std::make_shared<const BundleGraph>(ReadDescriptor(stage));
    }
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
