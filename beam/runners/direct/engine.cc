#include "beam/runners/direct/engine.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/exec/call_after_commit.h"

namespace beam {
namespace {

using Clock = std::chrono::steady_clock;

// How much a bundle is given at first; a worker stops taking from it after about this time.
constexpr double kBundleSeconds = 0.1;
constexpr std::size_t kMaxBundleElements = 1 << 20;

double SecondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

Engine::Engine(std::shared_ptr<const Graph> graph, const EngineOptions& options)
    : graph_(std::move(graph)), options_(options), plan_(Fuse(*graph_)) {
  shuffle_memory_.limit_bytes = options_.shuffle_memory_bytes;
  shuffle_memory_.bundle_limit_bytes = options_.shuffle_memory_bytes / 4 / static_cast<std::uint64_t>(options_.workers);
  shuffle_memory_.temp_file = std::make_shared<TempFile>(options_.temp_folder);
  for (const Stage& stage : plan_.stages) {
    StageRun run;
    run.stage = &stage;
    run.open_producers = static_cast<int>(stage.producers.size());
    run.open_side_inputs = static_cast<int>(stage.side_inputs.size());
    run.resumes = std::any_of(stage.transforms.begin(), stage.transforms.end(),
                              [this](int id) { return graph_->transform(id).resumes; });
    for (const int side : stage.side_inputs) {
      if (!side_inputs_.contains(side)) {
        side_inputs_[side] = std::make_unique<SideInputStore>(graph_->pcollection(side).windowing);
      }
    }
    if (stage.root == RootKind::kGroups) {
      const TransformNode& transform = graph_->transform(stage.root_transform);
      const PCollectionNode& input = graph_->pcollection(transform.inputs.front());
      const ElementType* type =
          transform.kind == TransformKind::kCombinePerKey ? transform.accumulator_type : input.type;
      run.groups = std::make_unique<ShuffleStore>(type->kv, input.windowing.IsGlobal(), &shuffle_memory_);
    }
    if (stage.root == RootKind::kImpulse) MakeImpulse(run);
    runs_.push_back(std::move(run));
  }
  stages_left_ = runs_.size();
}

void Engine::MakeImpulse(StageRun& run) {
  const StageCursor cursor{static_cast<std::uint64_t>(run.stage->id)};
  const auto collector = internal::kElementType<Bytes>.make_collector(&cursor);
  collector->receiver().As<Bytes>()->Receive(Bytes(), ElementMeta{});
  WorkRange range;
  range.chunk = collector->Take();
  range.end = 1;
  run.pending.push_back(std::move(range));
  run.pending_elements = 1;
}

void Engine::Start() {
  const std::lock_guard lock(mutex_);
  runners_ = options_.make_runners({*graph_, plan_, side_inputs_, shuffle_memory_, stop_, idle_});
  threads_left_ = options_.workers;
  runners_used_ = options_.workers;
  for (int i = 0; i < options_.workers; ++i) {
    threads_.emplace_back([self = shared_from_this()] { self->RunWorker(); });
  }
}

// Whoever gave up waiting leaves threads that hold this, one of which may be the last to do so.
Engine::~Engine() {
  for (std::thread& thread : threads_) thread.detach();
}

void Engine::Stop() {
  const std::lock_guard lock(mutex_);
  stop_ = true;
  work_available_.notify_all();
}

bool Engine::Wait(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto is_over = [this] { return threads_left_ == 0; };
  if (timeout == std::chrono::milliseconds::max()) {
    ended_.wait(lock, is_over);
  } else if (!ended_.wait_for(lock, timeout, is_over)) {
    return false;
  }
  // The threads have nothing left to do but to give back what libraries keep for each thread; a process that exits
  // meanwhile would keep them from it.
  std::vector<std::thread> threads = std::move(threads_);
  threads_.clear();
  lock.unlock();
  for (std::thread& thread : threads) thread.join();
  return true;
}

PipelineState Engine::state() const {
  const std::lock_guard lock(mutex_);
  if (!error_.empty()) return PipelineState::kFailed;
  if (threads_left_ > 0) return PipelineState::kRunning;
  return stages_left_ == 0 ? PipelineState::kDone : PipelineState::kCancelled;
}

std::string Engine::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

MetricResults Engine::metrics() const {
  const std::lock_guard lock(mutex_);
  std::vector<MetricResult> results;
  for (const auto& [transform, cells] : metrics_) {
    for (std::size_t id = 0; id < cells.cells().size(); ++id) {
      const MetricCell& cell = cells.cells()[id];
      if (cell.count == 0 && cell.sum == 0 && cell.updated_at == 0) continue;
      results.push_back({graph_->transform(transform).full_name, internal::MetricById(id), cell});
    }
  }
  return MetricResults(std::move(results));
}

void Engine::RunWorker() {
  std::unique_ptr<BundleRunner> runner = runners_->Make();
  while (Work work = NextWork()) {
    if (work.bundle != nullptr) {
      Process(*runner, std::move(work.bundle));
    } else {
      LoadPartition(work.load_stage, work.load_partition);
    }
  }
  // Operators are torn down before the run is said to have ended.
  runner.reset();
  if (--runners_used_ == 0) runners_.reset();
  const std::lock_guard lock(mutex_);
  if (--threads_left_ == 0) ended_.notify_all();
}

Engine::Work Engine::NextWork() {
  std::unique_lock lock(mutex_);
  bool is_idle = false;
  for (;;) {
    if (CancelRequested()) stop_ = true;
    Work work;
    const bool is_over = stop_ || stages_left_ == 0;
    if (!is_over) work = FindWorkLocked();
    if (is_over || work) {
      if (is_idle) --idle_;
      return work;
    }
    if (!is_idle) ++idle_;
    is_idle = true;
    // The time-out is for CancelRequested(), and for bundles whose rest has become worth taking.
    work_available_.wait_for(lock, std::chrono::milliseconds(20));
  }
}

Engine::Work Engine::FindWorkLocked() {
  for (std::size_t i = runs_.size(); i-- > 0;) {
    StageRun& run = runs_[i];
    if (run.is_done || run.open_side_inputs > 0) continue;
    Work work;
    if (!run.pending.empty()) {
      work.bundle = FormBundleLocked(run);
      return work;
    }
    if (run.is_sealed && run.next_partition < kShufflePartitions) {
      ++run.loading;
      work.load_stage = static_cast<int>(i);
      work.load_partition = run.next_partition++;
      return work;
    }
  }
  return StealLocked();
}

std::unique_ptr<Bundle> Engine::FormBundleLocked(StageRun& run) {
  std::size_t wanted = 1;
  if (!run.resumes) {
    const auto fair = run.pending_elements / static_cast<std::size_t>(options_.workers);
    const double by_time = run.seconds_per_element > 0 ? kBundleSeconds / run.seconds_per_element : 1;
    wanted = std::clamp<std::size_t>(static_cast<std::size_t>(std::min<double>(by_time, kMaxBundleElements)), 1,
                                     std::max<std::size_t>(fair, 1));
  }
  std::deque<WorkRange> ranges;
  for (std::size_t left = wanted; left > 0 && !run.pending.empty();) {
    WorkRange& front = run.pending.front();
    // What has failed before stays by itself, so that it takes no others with it.
    if (front.attempts > 0 && !ranges.empty()) break;
    const bool is_retry = front.attempts > 0;
    const std::size_t n = std::min(left, front.size());
    ranges.push_back(front.TakeFront(n));
    if (front.size() == 0) run.pending.pop_front();
    left -= n;
    run.pending_elements -= n;
    if (is_retry) break;
  }
  auto bundle = std::make_unique<Bundle>(run.stage->id, std::move(ranges));
  run.active.push_back(bundle.get());
  return bundle;
}

Engine::Work Engine::StealLocked() {
  Bundle* richest = nullptr;
  std::size_t most = 0;
  for (StageRun& run : runs_) {
    for (Bundle* bundle : run.active) {
      const std::size_t remaining = bundle->remaining();
      if (remaining > most) {
        most = remaining;
        richest = bundle;
      }
    }
  }
  if (richest == nullptr) return {};
  // With one left there is no half: all of it.
  std::deque<WorkRange> taken = richest->TakeRest(most > 1);
  if (taken.empty()) return {};
  StageRun& run = this->run(richest->stage());
  Work work;
  work.bundle = std::make_unique<Bundle>(run.stage->id, std::move(taken));
  run.active.push_back(work.bundle.get());
  return work;
}

void Engine::Process(BundleRunner& runner, std::unique_ptr<Bundle> bundle) {
  const auto start = Clock::now();
  try {
    BundleOutput output = runner.Process(*bundle);
    const auto after_commit = std::move(output.after_commit);
    if (Commit(*bundle, std::move(output), SecondsSince(start))) {
      std::for_each(after_commit.begin(), after_commit.end(), &CallAfterCommit);
    }
  } catch (const Cancelled&) {
    Stop();
  } catch (const std::exception& error) {
    Retry(*bundle, error.what());
  }
  const std::lock_guard lock(mutex_);
  StageRun& run = this->run(bundle->stage());
  std::erase(run.active, bundle.get());
  ReturnLocked(run, bundle->TakeRest(false));
  CheckDoneLocked(bundle->stage());
  if (!run.pending.empty() && idle_ > 0) work_available_.notify_all();
}

bool Engine::Commit(Bundle& bundle, BundleOutput output, double seconds) {
  const Stage& stage = *run(bundle.stage()).stage;
  // Stores first, outside of the lock, as they may write to disk. A store that fails fails the bundle: it was not
  // committed anywhere else yet, but may be in another store, so that trying again would double it.
  try {
    for (std::size_t i = 0; i < stage.sinks.size(); ++i) {
      if (output.groups[i].empty()) continue;
      for (StageRun& reader : runs_) {
        if (reader.stage->root == RootKind::kGroups && reader.stage->root_transform == stage.sinks[i].transform) {
          reader.groups->Add(std::move(output.groups[i]));
        }
      }
    }
  } catch (const std::exception& error) {
    Fail(error.what());
    return false;
  }
  const std::lock_guard lock(mutex_);
  StageRun& run = this->run(bundle.stage());
  for (std::size_t i = 0; i < stage.sinks.size(); ++i) {
    const StageSink& sink = stage.sinks[i];
    std::shared_ptr<const ElementChunk>& chunk = output.chunks[i];
    if (chunk == nullptr || chunk->size() == 0) continue;
    if (sink.kind == SinkKind::kSideInput) {
      side_inputs_.at(sink.pcollection)->Add(std::move(chunk));
      continue;
    }
    StageRun& reader = this->run(sink.stage);
    WorkRange range;
    range.end = chunk->size();
    range.chunk = std::move(chunk);
    reader.pending_elements += range.end;
    reader.pending.push_back(std::move(range));
  }
  for (WorkRange& range : output.resumed) {
    run.pending_elements += range.size();
    run.pending.push_back(std::move(range));
  }
  for (const auto& [transform, cells] : output.metrics) metrics_[transform].Merge(cells);
  if (bundle.claimed_size() > 0) {
    const double pace = seconds / static_cast<double>(bundle.claimed_size());
    run.seconds_per_element = run.seconds_per_element == 0 ? pace : 0.5 * (run.seconds_per_element + pace);
  }
  if (idle_ > 0) work_available_.notify_all();
  return true;
}

void Engine::Retry(Bundle& bundle, const std::string& reason) {
  std::deque<WorkRange> failed = bundle.TakeClaimed();
  // Nothing was begun: a Setup or StartBundle failed, before all of it.
  if (failed.empty()) failed = bundle.TakeRest(false);
  int attempts = 0;
  std::size_t elements = 0;
  for (WorkRange& range : failed) {
    attempts = std::max(attempts, ++range.attempts);
    elements += range.size();
  }
  if (attempts >= options_.max_attempts) {
    Fail(reason + (attempts == 1 ? " (after 1 attempt)" : " (after " + std::to_string(attempts) + " attempts)"));
    return;
  }
  Log(IsNews(reason) ? Severity::kWarning : Severity::kDebug,
      "a bundle of " + std::to_string(elements) + (elements == 1 ? " element" : " elements")
          + " is tried again: " + reason);
  const std::lock_guard lock(mutex_);
  ReturnLocked(run(bundle.stage()), std::move(failed));
}

bool Engine::IsNews(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  return std::exchange(last_retry_reason_, reason) != reason;
}

void Engine::ReturnLocked(StageRun& run, std::deque<WorkRange> ranges) {
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    run.pending_elements += range->size();
    run.pending.push_front(std::move(*range));
  }
}

void Engine::LoadPartition(int stage, std::size_t partition) {
  std::shared_ptr<const Chunk> groups;
  try {
    groups = run(stage).groups->Load(partition);
  } catch (const std::exception& error) {
    Fail(error.what());
  }
  const std::lock_guard lock(mutex_);
  StageRun& run = this->run(stage);
  --run.loading;
  if (groups != nullptr) {
    WorkRange range;
    range.end = groups->size();
    range.chunk = std::move(groups);
    run.pending_elements += range.end;
    run.pending.push_back(std::move(range));
    if (idle_ > 0) work_available_.notify_all();
  }
  CheckDoneLocked(stage);
}

void Engine::CheckDoneLocked(int stage) {
  StageRun& run = this->run(stage);
  if (stop_ || run.is_done || run.open_producers > 0 || run.open_side_inputs > 0) return;
  if (!run.pending.empty() || !run.active.empty() || run.loading > 0) return;
  if (run.groups != nullptr && (!run.is_sealed || run.next_partition < kShufflePartitions)) return;
  FinishStageLocked(stage);
}

void Engine::FinishStageLocked(int stage) {
  StageRun& finished = run(stage);
  finished.is_done = true;
  finished.groups.reset();
  --stages_left_;
  for (const StageSink& sink : finished.stage->sinks) {
    for (StageRun& other : runs_) {
      const Stage& reader = *other.stage;
      switch (sink.kind) {
        case SinkKind::kQueue:
          if (reader.id == sink.stage) --other.open_producers;
          break;
        case SinkKind::kGroups:
          if (reader.root == RootKind::kGroups && reader.root_transform == sink.transform) {
            other.is_sealed = --other.open_producers == 0;
            if (other.is_sealed) other.groups->Seal();
          }
          break;
        case SinkKind::kSideInput:
          other.open_side_inputs -=
              static_cast<int>(std::count(reader.side_inputs.begin(), reader.side_inputs.end(), sink.pcollection));
          break;
      }
    }
  }
  for (std::size_t i = 0; i < runs_.size(); ++i) CheckDoneLocked(static_cast<int>(i));
  work_available_.notify_all();
}

void Engine::Fail(const std::string& error) {
  const std::lock_guard lock(mutex_);
  if (error_.empty()) error_ = error;
  stop_ = true;
  work_available_.notify_all();
}

}  // namespace beam
