// BundleCache: the stages that an engine has bundles of, each with the operators that have run one and wait for the
// next.
//
// Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "beam/harness/bundle_run.h"
#include "beam/harness/worker_services.h"
#include "beam/portable/bundle_graph.h"

namespace beam {

class BundleCache {
 public:
  using Descriptor = org::apache::beam::model::fn_execution::v1::ProcessBundleDescriptor;
  // Asks the engine for the descriptor of that id. Throws Error.
  using Fetch = std::function<Descriptor(const std::string& id)>;

  BundleCache(WorkerServices& services, Fetch fetch) : services_(services), fetch_(std::move(fetch)) {}

  // Operators for a bundle of the stage `id`. Throws Error.
  std::shared_ptr<BundleRun> Take(const std::string& id);
  // What has run a bundle without a failure may run another.
  void Return(const std::string& id, std::shared_ptr<BundleRun> run);

 private:
  struct Entry {
    std::mutex mutex;  // held while the descriptor is fetched, so that it is once
    std::shared_ptr<const BundleGraph> graph;
    std::vector<std::shared_ptr<BundleRun>> waiting;
  };

  Entry& Find(const std::string& id);

  WorkerServices& services_;
  const Fetch fetch_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace beam
