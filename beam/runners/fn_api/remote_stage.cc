#include "beam/runners/fn_api/remote_stage.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/harness/harness.h"
#include "beam/harness/monitoring.h"
#include "beam/model/element_gate.h"
#include "beam/model/wire_type.h"
#include "beam/portable/pipeline_proto.h"
#include "beam/portable/stage_descriptor.h"

namespace beam {
namespace {

// Elements up to so many bytes go with the request for their bundle; what is more follows in pieces of this size.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
// How often a bundle that is run is asked to stop, where the run is to stop.
constexpr std::chrono::milliseconds kStopTime{20};
// Elements are claimed so many at a time.
constexpr std::size_t kBlock = 4096;

}  // namespace

// Where a bundle's elements leave for the worker.
class RemoteStage::Source final : public WireSink {
 public:
  Source(const Graph& graph, const Stage& stage) : WireSink(WindowingOf(graph, stage).coding(), kPieceBytes) {
    if (stage.root == RootKind::kGroups) {
      const TransformNode& transform = graph.transform(stage.root_transform);
      const ElementType* const pairs = transform.kind == TransformKind::kCombinePerKey
          ? transform.accumulator_type
          : graph.pcollection(transform.inputs.front()).type;
      encoder_ = pairs->kv->make_group_encoder(this);
    } else {
      encoder_ = graph.pcollection(stage.root_pcollection).type->wire->make_encoder(this);
    }
  }

  AnyReceiver input() { return encoder_->input(); }

  // `call` outlives the bundle.
  void Begin(BundleCall& call) {
    call_ = &call;
    has_begun_ = false;
    const std::lock_guard lock(mutex());
    Restart();
  }
  void Finish() { Send(true); }

 private:
  void Flush() override { Send(false); }

  static const WindowingStrategy& WindowingOf(const Graph& graph, const Stage& stage) {
    const int pcollection =
        stage.root == RootKind::kGroups ? graph.transform(stage.root_transform).inputs.front() : stage.root_pcollection;
    return graph.pcollection(pcollection).windowing;
  }

  void Send(bool is_last) {
    if (buffer().size() > kMostMessageBytes) {
      throw Error("an element, or a group, of " + std::to_string(buffer().size())
                  + " bytes is more than the 2 GB that can travel by the Fn API");
    }
    BundleCall::Elements elements;
    BundleCall::Elements::Data& data = *elements.add_data();
    data.set_instruction_id(call_->instruction());
    data.set_transform_id(SourceId());
    data.set_data(buffer().Take());
    data.set_is_last(is_last);
    buffer().Clear();
    // All of them go with the request, or none: the worker may read the stream first.
    if (is_last && !has_begun_) return call_->Begin(std::move(elements));
    if (!has_begun_) call_->Begin({});
    has_begun_ = true;
    call_->Send(elements);
  }

  std::unique_ptr<Operator> encoder_;
  BundleCall* call_ = nullptr;
  bool has_begun_ = false;
};

// Where what the stage makes comes back.
class RemoteStage::Sink {
 public:
  Sink(const EngineState& engine, const StageSink& sink, const StageCursor* cursor)
      : type_(TypeOf(engine.graph, sink)) {
    const WindowingStrategy& windowing = engine.graph.pcollection(sink.pcollection).windowing;
    windows_ = windowing.coding();
    if (sink.kind == SinkKind::kGroups) {
      writer_ = std::make_unique<SegmentWriter>(cursor, windowing.IsGlobal(), &engine.shuffle_memory);
      group_writer_ = type_->kv->make_group_writer(writer_.get());
    } else {
      collector_ = type_->make_collector(cursor);
    }
  }

  void Begin() {
    is_complete_ = false;
    // Of a bundle that failed something may be left.
    static_cast<void>(TakeChunk());
    static_cast<void>(TakeGroups());
  }

  void Receive(const BundleCall::Elements::Data& data) {
    WireInput input{Reader(data.data()), windows_, &gate_, nullptr};
    type_->wire->feed(input, collector_ == nullptr ? group_writer_->input() : collector_->receiver());
    is_complete_ = is_complete_ || data.is_last();
  }
  bool is_complete() const { return is_complete_; }

  std::shared_ptr<const ElementChunk> TakeChunk() { return collector_ == nullptr ? nullptr : collector_->Take(); }
  ShuffleOutput TakeGroups() { return writer_ == nullptr ? ShuffleOutput{} : writer_->Take(); }

 private:
  static const ElementType* TypeOf(const Graph& graph, const StageSink& sink) {
    const bool combines =
        sink.kind == SinkKind::kGroups && graph.transform(sink.transform).kind == TransformKind::kCombinePerKey;
    return combines ? graph.transform(sink.transform).accumulator_type : graph.pcollection(sink.pcollection).type;
  }

  const ElementType* type_;
  WindowCoding windows_ = WindowCoding::kGlobal;
  ElementGate gate_;  // always open
  std::unique_ptr<Collector> collector_;
  std::unique_ptr<SegmentWriter> writer_;
  std::unique_ptr<Operator> group_writer_;  // into the former
  bool is_complete_ = false;
};

RemoteStage::RemoteStage(const EngineState& engine, const Stage& stage, FnApiServer& server)
    : engine_(engine), stage_(stage), server_(server), source_(std::make_unique<Source>(engine.graph, stage)) {
  for (const StageSink& sink : stage.sinks) sinks_.push_back(std::make_unique<Sink>(engine, sink, &cursor_));
}

RemoteStage::~RemoteStage() = default;

BundleOutput RemoteStage::Process(Bundle& bundle) {
  BundleCall call(server_, StageId(stage_.id));
  for (const auto& sink : sinks_) sink->Begin();
  SendElements(bundle, call);
  const BundleCall::Response response = ReceiveElements(call);
  BundleOutput output;
  for (const auto& sink : sinks_) {
    output.chunks.push_back(sink->TakeChunk());
    output.groups.push_back(sink->TakeGroups());
  }
  output.metrics = MetricsOf(response);
  if (response.process_bundle().requires_finalization()) {
    output.after_commit.emplace_back([this, bundle = call.instruction()] { server_.Finalize(bundle); });
  }
  return output;
}

bool RemoteStage::ShouldStop() const { return engine_.stop.load(std::memory_order_relaxed) || CancelRequested(); }

void RemoteStage::SendElements(Bundle& bundle, BundleCall& call) {
  source_->Begin(call);
  for (WorkRange range; bundle.Claim(kBlock, range);) {
    if (ShouldStop()) throw Cancelled();
    range.chunk->Feed(range.begin, range.end, source_->input(), cursor_);
  }
  source_->Finish();
}

BundleCall::Response RemoteStage::ReceiveElements(BundleCall& call) {
  std::optional<BundleCall::Response> response;
  const auto is_complete = [](const auto& sink) { return sink->is_complete(); };
  while (!response || !std::all_of(sinks_.begin(), sinks_.end(), is_complete)) {
    BundleCall::Answer answer;
    if (!call.Wait(kStopTime, answer)) {
      if (ShouldStop()) call.Stop(SourceId());
      continue;
    }
    for (const auto& data : answer.elements) Receive(data);
    if (!answer.response) continue;
    response = std::move(answer.response);
    if (response->error().empty()) {
      for (const auto& data : response->process_bundle().elements().data()) Receive(data);
    } else if (!ShouldStop()) {
      throw Error(response->error());
    }
    // What a bundle made that was asked to stop is not the whole.
    if (ShouldStop()) throw Cancelled();
  }
  return std::move(*response);
}

void RemoteStage::Receive(const BundleCall::Elements::Data& data) {
  for (std::size_t i = 0; i < sinks_.size(); ++i) {
    if (data.transform_id() == SinkId(i)) return sinks_[i]->Receive(data);
  }
  throw Error("the worker sent elements of '" + data.transform_id() + "', which is no sink of the stage");
}

std::vector<std::pair<int, MetricCells>> RemoteStage::MetricsOf(const BundleCall::Response& response) const {
  std::map<int, MetricCells> metrics;
  for (const MonitoringInfo& info : response.process_bundle().monitoring_infos()) {
    std::string transform;
    MetricName name;
    MetricCell cell;
    if (!ParseUserMetric(info, transform, name, cell)) continue;
    const int id = TransformOfId(engine_.graph, transform);
    metrics[id][internal::RegisterMetric(name.kind, name.name_space, name.name)].Merge(cell);
  }
  return {metrics.begin(), metrics.end()};
}

}  // namespace beam
