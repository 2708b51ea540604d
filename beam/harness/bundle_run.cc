#include "beam/harness/bundle_run.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <set>

#include "beam/base/error.h"
#include "beam/coder/windowed_value.h"
#include "beam/harness/monitoring.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;

namespace {

// Elements gather to so many bytes before they are sent: large enough for the engine's cost a message, small enough to
// flow.
constexpr std::size_t kFlushBytes = std::size_t{1} << 20;

}  // namespace

// One end of the stage: the buffer from which elements go to the engine.
class BundleRun::Sink final : public WireSink {
 public:
  Sink(const BundleEnd& end, BundleRun& run) : WireSink(end.windows, kFlushBytes), end_(end), run_(run) {}

  void Flush() override {
    fn::Elements elements;
    Append(elements);
    Stream().Send(std::move(elements));
  }

  void Append(fn::Elements& elements) {
    const std::size_t most = run_.services_.most_message_bytes();
    if (buffer().size() > most) {
      throw Error("what it makes is " + std::to_string(buffer().size()) + " bytes large, and no more than "
                  + std::to_string(most) + " can travel to an engine at once: make smaller elements");
    }
    bytes_ += static_cast<std::int64_t>(buffer().size());
    AddData(elements).set_data(buffer().Take());
    buffer().Clear();
  }

  // What is left, and that nothing comes behind it: on its own, as Python's engine drops what comes with the mark.
  void AppendLast(fn::Elements& elements) {
    if (buffer().size() > 0) Append(elements);
    AddData(elements).set_is_last(true);
  }

  const BundleEnd& end() const { return end_; }
  std::int64_t bytes() const { return bytes_; }
  DataStream& Stream() { return run_.services_.Data(end_.endpoint); }
  void Begin() {
    buffer().Clear();
    bytes_ = 0;
    Restart();
  }

 private:
  fn::Elements::Data& AddData(fn::Elements& elements) const {
    fn::Elements::Data& data = *elements.add_data();
    data.set_instruction_id(run_.instruction_);
    data.set_transform_id(end_.transform);
    return data;
  }

  const BundleEnd& end_;
  BundleRun& run_;
  std::int64_t bytes_ = 0;
};

// The rest of groups that the engine sent only the beginning of. Groups hold it: it outlives its bundle, whose state
// the engine then no longer knows.
class BundleRun::State final : public WireState {
 public:
  State(WorkerServices& services, std::string endpoint, std::string instruction)
      : services_(services), endpoint_(std::move(endpoint)), instruction_(std::move(instruction)) {}
  Page Fetch(const std::string& token, const std::string& next) override {
    StateClient::Key key;
    key.mutable_runner()->set_key(token);
    return services_.State(endpoint_).GetPage(instruction_, key, next);
  }

 private:
  WorkerServices& services_;
  const std::string endpoint_;
  const std::string instruction_;
};

// Views are made once for each window and kept as long as the operators: side inputs of a batch do not change.
class BundleRun::SideInputs final : public SideInputReader {
 public:
  SideInputs(BundleRun& run, int transform) : run_(run), transform_(static_cast<std::size_t>(transform)) {}

  std::shared_ptr<const void> Get(std::size_t index, const Window& main_window,
                                  const SideInputBuilder& builder) override {
    const BundleSideInput& side = run_.graph_->side_inputs.at(transform_).at(index);
    const Window window = side.windowing.MapSideInput(main_window);
    for (const View& view : views_) {
      if (view.index == index && view.window == window) return view.value;
    }
    views_.push_back({index, window, Make(side, window, builder)});
    return views_.back().value;
  }

 private:
  // The values of one key after the other.
  class Lookup final : public SideInputLookup {
   public:
    Lookup(BundleRun& run, StateClient::Key key) : run_(run), key_(std::move(key)) {}
    WireOrigin Fetch(std::string_view key) override {
      key_.mutable_multimap_side_input()->set_key(std::string(key));
      return run_.GetState(key_);
    }

   private:
    BundleRun& run_;
    StateClient::Key key_;
  };

  std::shared_ptr<const void> Make(const BundleSideInput& side, const Window& window, const SideInputBuilder& builder) {
    StateClient::Key key;
    const auto name = [&](auto& side_key) {
      side_key.set_transform_id(run_.graph_->transforms.at(transform_));
      side_key.set_side_input_id(side.tag);
      Writer encoded_window;
      EncodeWindow(window, side.windowing.coding(), encoded_window);
      side_key.set_window(encoded_window.Take());
    };
    if (side.kind == SideInputKind::kMultimap) {
      if (builder.from_lookup == nullptr) throw Error("side input '" + side.tag + "' cannot be looked up by key");
      name(*key.mutable_multimap_side_input());
      return builder.from_lookup(std::make_unique<Lookup>(run_, std::move(key)));
    }
    name(*key.mutable_iterable_side_input());
    const WireOrigin origin = run_.GetState(key);
    std::vector<std::string> values;
    Writer element;
    for (Reader in(origin->bytes); !in.empty();) {
      element.Clear();
      side.type->wire->recode(in, origin, element);
      values.emplace_back(element.view());
    }
    return builder.from_elements(EncodedVector(std::move(values)));
  }

  struct View {
    std::size_t index;
    Window window;
    std::shared_ptr<const void> value;
  };

  BundleRun& run_;
  std::size_t transform_;
  std::vector<View> views_;
};

BundleRun::BundleRun(std::shared_ptr<const BundleGraph> graph, WorkerServices& services)
    : graph_(std::move(graph)), services_(services) {
  processor_ = std::make_unique<BundleProcessor>(graph_->graph, graph_->stage, static_cast<StageEnvironment&>(*this));
  for (const BundleEnd& end : graph_->sources) {
    sources_.push_back(std::make_unique<Source>());
    sources_.back()->end = &end;
    sources_.back()->root = processor_->root(end.pcollection);
  }
}

BundleRun::~BundleRun() = default;

AnyReceiver BundleRun::MakeSink(const StageSink& /*sink*/, const ElementType& type, const StageCursor* /*cursor*/) {
  sinks_.push_back(std::make_unique<Sink>(graph_->sinks.at(sinks_.size()), *this));
  encoders_.push_back(type.wire->make_encoder(sinks_.back().get()));
  return encoders_.back()->input();
}

ShuffleWriter* BundleRun::MakeShuffleWriter(int /*transform*/, const StageCursor* /*cursor*/) {
  assert(false);  // engines group; their workers have no such sinks
  return nullptr;
}

WireOrigin BundleRun::GetState(const StateClient::Key& key) {
  return std::make_shared<const WirePiece>(
      WirePiece{services_.State(graph_->state_endpoint).Get(instruction_, key), state_});
}

std::unique_ptr<SideInputReader> BundleRun::MakeSideInputReader(const TransformNode& transform) {
  return std::make_unique<SideInputs>(*this, transform.id);
}

void BundleRun::Begin(const std::string& instruction, fn::Elements& elements) {
  instruction_ = instruction;
  state_ = std::make_shared<State>(services_, graph_->state_endpoint, instruction);
  for (const auto& sink : sinks_) sink->Begin();
  for (const auto& source : sources_) {
    source->gate.Reset();
    source->is_done = false;
    source->has_all = false;
  }
  if ((elements.data_size() > 0 || elements.timers_size() > 0) && !sources_.empty())
    services_.Data(sources_.front()->end->endpoint).Deliver(elements);
}

void BundleRun::Process() {
  // Engines have no use for a step that stops in between: what it makes flows on as it is made.
  processor_->resume().Begin({}, {});
  processor_->StartBundle();
  ReadElements();
  processor_->FinishBundle();
  SendRest();
}

void BundleRun::ReadElements() {
  // All sources of a stage come over one stream in practice; each has an inbox of its own where they do not.
  std::map<std::string, std::shared_ptr<Inbox>> inboxes;
  for (const auto& source : sources_) {
    inboxes.emplace(source->end->endpoint, services_.Data(source->end->endpoint).Open(instruction_));
  }
  for (const auto& [endpoint, inbox] : inboxes) {
    const auto is_open = [&, &endpoint = endpoint](const auto& source) {
      return source->end->endpoint == endpoint && !source->has_all;
    };
    while (std::any_of(sources_.begin(), sources_.end(), is_open)) {
      Inbox::Piece piece = inbox->Take();
      if (piece.is_timers) {
        throw Error("the engine sent timers for '" + piece.transform + "', and no step of this SDK has any");
      }
      const auto found = std::find_if(sources_.begin(), sources_.end(),
                                      [&](const auto& source) { return source->end->transform == piece.transform; });
      if (found == sources_.end()) {
        throw Error("the engine sent elements for '" + piece.transform + "', which is no source of the stage");
      }
      Source& source = **found;
      if (source.has_all && !piece.bytes.empty()) {
        throw Error("the engine sent elements for '" + piece.transform + "' behind those that it called the last");
      }
      const ElementType& type = *graph_->graph.pcollection(source.end->pcollection).type;
      const auto origin = std::make_shared<const WirePiece>(WirePiece{std::move(piece.bytes), state_});
      WireInput input{Reader(origin->bytes), source.end->windows, &source.gate, origin, &source.end->coder};
      if (!source.is_done) source.is_done = !type.wire->feed(input, source.root);
      source.has_all = source.has_all || piece.is_last;
    }
  }
}

void BundleRun::SendRest() {
  std::map<DataStream*, fn::Elements> rest;
  for (const auto& sink : sinks_) sink->AppendLast(rest[&sink->Stream()]);
  for (auto& [stream, elements] : rest) stream->Send(std::move(elements));
}

BundleRun::Metrics BundleRun::TakeMetrics() {
  Metrics metrics = ReadProgress();
  for (const auto& [transform, cells] : processor_->TakeMetrics()) {
    AppendUserMetrics(graph_->transforms.at(static_cast<std::size_t>(transform)), cells, metrics);
  }
  for (const auto& source : sources_) {
    metrics.push_back(ElementCount(graph_->pcollections.at(static_cast<std::size_t>(source->end->pcollection)),
                                   source->gate.claimed()));
  }
  for (const auto& sink : sinks_) {
    metrics.push_back(
        ElementCount(graph_->pcollections.at(static_cast<std::size_t>(sink->end().pcollection)), sink->elements()));
  }
  return metrics;
}

BundleRun::Metrics BundleRun::ReadProgress() const {
  Metrics metrics;
  for (const auto& source : sources_) {
    metrics.push_back(DataReadIndex(source->end->transform, source->gate.claimed()));
  }
  return metrics;
}

bool BundleRun::Split(const std::string& transform, const fn::ProcessBundleSplitRequest::DesiredSplit& wish,
                      fn::ProcessBundleSplitResponse::ChannelSplit& split) {
  const auto found = std::find_if(sources_.begin(), sources_.end(),
                                  [&](const auto& source) { return source->end->transform == transform; });
  if (found == sources_.end()) return false;
  ElementGate& gate = (*found)->gate;
  const std::int64_t claimed = gate.claimed();
  const std::int64_t total = std::min<std::int64_t>(wish.estimated_input_elements(), gate.end());
  if (total <= claimed) return false;
  const double fraction = std::clamp(wish.fraction_of_remainder(), 0.0, 1.0);
  std::int64_t end = claimed + static_cast<std::int64_t>(std::ceil(fraction * static_cast<double>(total - claimed)));
  // The engine may say where it can cut; the nearest of these from there on.
  if (wish.allowed_split_points_size() > 0) {
    const std::set<std::int64_t> allowed(wish.allowed_split_points().begin(), wish.allowed_split_points().end());
    const auto next = allowed.lower_bound(end);
    if (next == allowed.end()) return false;
    end = *next;
  }
  if (end >= total || !gate.Stop(static_cast<std::uint32_t>(end))) return false;
  split.set_transform_id(transform);
  split.set_last_primary_element(end - 1);
  split.set_first_residual_element(end);
  return true;
}

}  // namespace beam
