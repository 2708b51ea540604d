// Engine: runs the stages of a graph on a pool of threads.
//
// A worker takes work from the last stage that has any, so that what was begun is finished before more is begun and
// queues stay short; where there is none, it takes half of what another worker has not begun. Bundles are sized by
// time, at the pace the stage has shown. A bundle's outputs, and its metrics, count when it ends; one that throws is
// tried again, its elements with it, and the run fails when the same elements have failed max_attempts times.
//
// All public members are thread-safe. The engine must be held by a shared_ptr: its threads hold it too, so that a step
// that cannot be stopped does not keep the caller.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "beam/exec/stage.h"
#include "beam/model/graph.h"
#include "beam/model/pipeline_result.h"
#include "beam/runners/direct/bundle.h"
#include "beam/runners/direct/bundle_runner.h"
#include "beam/runners/direct/shuffle_store.h"
#include "beam/runners/direct/side_input_store.h"

namespace beam {

struct EngineOptions {
  int workers = 1;
  int max_attempts = 4;
  std::uint64_t shuffle_memory_bytes = 1 << 30;
  std::string temp_folder;
  MakeBundleRunners make_runners;
};

class Engine : public std::enable_shared_from_this<Engine> {
 public:
  Engine(std::shared_ptr<const Graph> graph, const EngineOptions& options);
  ~Engine();

  void Start();
  // Asks the workers to stop. They do so between elements.
  void Stop();
  // Whether the run, with all its threads, has ended within the time. Not from a thread of the run.
  bool Wait(std::chrono::milliseconds timeout);

  PipelineState state() const;
  std::string error() const;
  MetricResults metrics() const;

 private:
  // A stage at run time. Guarded by mutex_, but for the stores, which guard themselves.
  struct StageRun {
    const Stage* stage = nullptr;
    int open_producers = 0;
    int open_side_inputs = 0;
    bool is_done = false;
    bool resumes = false;  // a bundle is one element then
    std::deque<WorkRange> pending;
    std::size_t pending_elements = 0;
    std::size_t next_partition = 0;  // of groups, to be loaded
    bool is_sealed = false;          // groups can be loaded
    int loading = 0;
    std::vector<Bundle*> active;
    double seconds_per_element = 0;  // 0: not known yet
    std::unique_ptr<ShuffleStore> groups;
  };

  // What a worker is to do: a bundle, or a partition of groups to load.
  struct Work {
    std::unique_ptr<Bundle> bundle;
    int load_stage = -1;
    std::size_t load_partition = 0;
    explicit operator bool() const { return bundle != nullptr || load_stage >= 0; }
  };

  StageRun& run(int stage) { return runs_[static_cast<std::size_t>(stage)]; }

  void RunWorker();
  // Waits for work; none is given when the run is over.
  Work NextWork();
  Work FindWorkLocked();
  Work StealLocked();
  std::unique_ptr<Bundle> FormBundleLocked(StageRun& run);
  void Process(BundleRunner& runner, std::unique_ptr<Bundle> bundle);
  // Whether all of it has been taken over; else the run has failed.
  bool Commit(Bundle& bundle, BundleOutput output, double seconds);
  void Retry(Bundle& bundle, const std::string& reason);
  // Whether the last bundle that was tried again failed for another reason.
  bool IsNews(const std::string& reason);
  void ReturnLocked(StageRun& run, std::deque<WorkRange> ranges);
  void CheckDoneLocked(int stage);
  void FinishStageLocked(int stage);
  void MakeImpulse(StageRun& run);
  void LoadPartition(int stage, std::size_t partition);
  void Fail(const std::string& error);

  const std::shared_ptr<const Graph> graph_;
  const EngineOptions options_;
  const StagePlan plan_;
  ShuffleMemory shuffle_memory_;
  EngineState::SideInputs side_inputs_;  // fixed once made

  mutable std::mutex mutex_;
  std::condition_variable work_available_;
  std::condition_variable ended_;
  std::vector<StageRun> runs_;
  std::string last_retry_reason_;
  std::size_t stages_left_ = 0;
  std::vector<std::thread> threads_;  // until the run is seen to have ended
  int threads_left_ = 0;
  std::unique_ptr<BundleRunners> runners_;  // as long as threads use it
  std::atomic<int> runners_used_{0};
  std::atomic<int> idle_{0};  // written under mutex_, read anywhere
  std::atomic<bool> stop_{false};
  std::string error_;
  std::map<int, MetricCells> metrics_;  // by transform
};

}  // namespace beam
