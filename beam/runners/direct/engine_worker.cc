#include "beam/runners/direct/engine_worker.h"

#include <algorithm>
#include <chrono>

#include "beam/base/cancel.h"
#include "beam/base/error.h"

namespace beam {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// A bundle that has run this long takes no more elements, so that its outputs flow on and are counted.
constexpr milliseconds kBundleTime{100};
// Elements are claimed in blocks that take about this long, so that claiming costs nothing and others can take the
// rest.
constexpr microseconds kBlockTime{50};
constexpr std::size_t kMaxBlock = 4096;
// An element that resumes is asked to yield after this time; at once if others have nothing to do.
constexpr milliseconds kSliceTime{20};
constexpr std::size_t kMinOutputsPerSlice = 16;

class DirectSideInputs final : public SideInputReader {
 public:
  explicit DirectSideInputs(std::vector<SideInputStore*> stores) : stores_(std::move(stores)) {}
  std::shared_ptr<const void> Get(std::size_t index, const Window& main_window,
                                  const SideInputBuilder& builder) override {
    return stores_.at(index)->Get(main_window, builder);
  }

 private:
  std::vector<SideInputStore*> stores_;
};

}  // namespace

// The operators of a stage, and the writers at its ends.
class EngineWorker::StageInstance final : private StageEnvironment {
 public:
  StageInstance(const EngineState& engine, const Stage& stage)
      : engine_(engine), stage_(stage), processor_(engine.graph, stage, *this) {}

  BundleProcessor& processor() { return processor_; }
  bool resumes() const {
    return std::any_of(stage_.transforms.begin(), stage_.transforms.end(),
                       [this](int id) { return engine_.graph.transform(id).resumes; });
  }

  std::vector<ElementOrder> SinkPositions() const {
    std::vector<ElementOrder> positions;
    ForEachCounter([&](const OrderCounter& counter) { positions.push_back(counter.position()); });
    return positions;
  }
  void SetSinkPositions(const std::vector<ElementOrder>& positions) {
    std::size_t i = 0;
    ForEachCounter([&](OrderCounter& counter) { counter.SetPosition(positions.at(i++)); });
  }

  void TakeOutput(BundleOutput& output) {
    std::size_t next_writer = 0;
    output.chunks.reserve(collectors_.size());
    output.groups.reserve(collectors_.size());
    for (const auto& collector : collectors_) {
      output.chunks.push_back(collector == nullptr ? nullptr : collector->Take());
      output.groups.push_back(collector == nullptr ? writers_[next_writer++]->Take() : ShuffleOutput{});
    }
    output.metrics = processor_.TakeMetrics();
    for (auto& callback : processor_.finalizer().Take()) output.after_commit.push_back(std::move(callback.call));
  }

 private:
  AnyReceiver MakeSink(const StageSink& /*sink*/, const ElementType& type, const StageCursor* cursor) override {
    collectors_.push_back(type.make_collector(cursor));
    return collectors_.back()->receiver();
  }

  ShuffleWriter* MakeShuffleWriter(int transform, const StageCursor* cursor) override {
    collectors_.push_back(nullptr);
    const PCollectionNode& input = engine_.graph.pcollection(engine_.graph.transform(transform).inputs.front());
    writers_.push_back(std::make_unique<SegmentWriter>(cursor, input.windowing.IsGlobal(), &engine_.shuffle_memory));
    return writers_.back().get();
  }

  std::unique_ptr<SideInputReader> MakeSideInputReader(const TransformNode& transform) override {
    std::vector<SideInputStore*> stores;
    stores.reserve(transform.side_inputs.size());
    for (const SideInputNode& side : transform.side_inputs) {
      stores.push_back(engine_.side_inputs.at(side.pcollection).get());
    }
    return std::make_unique<DirectSideInputs>(std::move(stores));
  }

  template <class Visit>
  void ForEachCounter(Visit visit) const {
    for (const auto& collector : collectors_) {
      if (collector != nullptr) visit(collector->order);
    }
    for (const auto& writer : writers_) visit(writer->order);
  }

  const EngineState& engine_;
  const Stage& stage_;
  // What stands at the ends; before what writes to it.
  std::vector<std::unique_ptr<Collector>> collectors_;   // in the order of the sinks; null for group sinks
  std::vector<std::unique_ptr<SegmentWriter>> writers_;  // in the order of the group sinks
  BundleProcessor processor_;
};

EngineWorker::EngineWorker(const EngineState& engine) : engine_(engine) {}

EngineWorker::~EngineWorker() = default;

EngineWorker::StageInstance& EngineWorker::Instance(const Stage& stage) {
  std::unique_ptr<StageInstance>& instance = instances_[stage.id];
  if (instance == nullptr) instance = std::make_unique<StageInstance>(engine_, stage);
  return *instance;
}

void EngineWorker::CheckStop() const {
  if (engine_.stop.load(std::memory_order_relaxed) || CancelRequested()) throw Cancelled();
}

BundleOutput EngineWorker::Process(Bundle& bundle) {
  const Stage& stage = engine_.plan.stages[static_cast<std::size_t>(bundle.stage())];
  BundleOutput output;
  try {
    StageInstance& instance = Instance(stage);
    instance.processor().StartBundle();
    if (instance.resumes()) {
      ProcessResumable(instance, bundle, output);
    } else {
      ProcessElements(instance, bundle);
    }
    instance.processor().FinishBundle();
    instance.TakeOutput(output);
  } catch (...) {
    instances_.erase(stage.id);
    throw;
  }
  return output;
}

void EngineWorker::ProcessElements(StageInstance& instance, Bundle& bundle) {
  BundleProcessor& processor = instance.processor();
  const auto start = Clock::now();
  auto before = start;
  std::size_t block = 1;
  for (WorkRange range; bundle.Claim(block, range);) {
    CheckStop();
    // Without a root nobody reads the elements.
    if (processor.root()) range.chunk->Feed(range.begin, range.end, processor.root(), processor.cursor());
    const auto now = Clock::now();
    if (now - start > kBundleTime) break;
    if (now - before < kBlockTime / 2) {
      block = std::min(block * 2, kMaxBlock);
    } else if (now - before > kBlockTime * 2) {
      block = std::max<std::size_t>(block / 2, 1);
    }
    before = now;
  }
}

void EngineWorker::ProcessResumable(StageInstance& instance, Bundle& bundle, BundleOutput& output) {
  BundleProcessor& processor = instance.processor();
  WorkRange range;
  if (!bundle.Claim(1, range)) return;
  CheckStop();
  if (!range.sink_positions.empty()) instance.SetSinkPositions(range.sink_positions);
  const auto start = Clock::now();
  std::size_t asked = 0;
  processor.resume().Begin(range.resume_token, [&] {
    if (engine_.stop.load(std::memory_order_relaxed)) return true;
    if (++asked < kMinOutputsPerSlice) return false;
    if (engine_.idle.load(std::memory_order_relaxed) > 0) return true;
    return asked % 64 == 0 && Clock::now() - start > kSliceTime;
  });
  range.chunk->Feed(range.begin, range.end, processor.root(), processor.cursor());
  if (processor.resume().yielded()) {
    range.resume_token = processor.resume().next_token();
    range.sink_positions = instance.SinkPositions();
    range.attempts = 0;
    output.resumed.push_back(std::move(range));
  }
}

std::unique_ptr<BundleRunners> MakeEngineWorkers(const EngineState& engine) {
  class Workers final : public BundleRunners {
   public:
    explicit Workers(const EngineState& engine) : engine_(engine) {}
    std::unique_ptr<BundleRunner> Make() override { return std::make_unique<EngineWorker>(engine_); }

   private:
    const EngineState engine_;
  };
  return std::make_unique<Workers>(engine);
}

}  // namespace beam
