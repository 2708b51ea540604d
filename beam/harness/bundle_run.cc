#include "beam/harness/bundle_run.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "beam/base/error.h"
#include "beam/coder/windowed_value.h"
#include "beam/harness/monitoring.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;

namespace {

// Elements gather to so many bytes before they are sent: large enough for the engine's cost a message, small enough to
// flow.
constexpr std::size_t kFlushBytes = std::size_t{1} << 20;
// So much may go with the answer: more would hold up the answers of other bundles.
constexpr std::size_t kMostEmbeddedBytes = std::size_t{64} << 10;

}  // namespace

// One end of the stage: the buffer from which elements go to the engine.
class BundleRun::Sink final : public WireSink {
 public:
  Sink(const BundleEnd& end, BundleRun& run) : WireSink(end.windows, kFlushBytes), end_(end), run_(run) {}

  // All of a bundle goes over one stream.
  void Begin(DataStream& stream) {
    const std::lock_guard lock(mutex());
    stream_ = &stream;
    Restart();
    sizes_.Store({});
    counted_ = 0;
    has_sent_ = false;
    is_closed_ = false;
  }

  // All elements are there: what is left stays until AppendLast(). Returns its size, or nothing if it is not all of the
  // bundle, as some was sent before.
  std::optional<std::size_t> Close() {
    const std::lock_guard lock(mutex());
    is_closed_ = true;
    return has_sent_ ? std::nullopt : std::optional(buffer().size());
  }

  // What is left, and that nothing comes behind it: on its own, as Python's engine drops what comes with the mark.
  void AppendLast(fn::Elements& elements) {
    const std::lock_guard lock(mutex());
    CheckFlushed();
    if (buffer().size() > 0) Append(elements);
    AddData(elements).set_is_last(true);
  }

  const BundleEnd& end() const { return end_; }
  // By any thread: the mean size of the elements of each message.
  MetricCell sizes() const { return sizes_.Read(); }
  DataStream& stream() const { return *stream_; }

 private:
  void Flush() override {
    if (is_closed_) return;
    fn::Elements message;
    Append(message);
    has_sent_ = true;
    stream_->Send(std::move(message));
  }

  void Append(fn::Elements& message) {
    const std::size_t most = run_.services_.most_message_bytes();
    if (buffer().size() > most) {
      throw Error("what it makes is " + std::to_string(buffer().size()) + " bytes large, and no more than "
                  + std::to_string(most) + " can travel to an engine at once: make smaller elements");
    }
    if (const std::int64_t count = elements() - std::exchange(counted_, elements()); count > 0) {
      sizes_.Update(static_cast<std::int64_t>(buffer().size()) / count);
    }
    AddData(message).set_data(buffer().Take());
    buffer().Clear();
  }

  fn::Elements::Data& AddData(fn::Elements& message) const {
    fn::Elements::Data& data = *message.add_data();
    data.set_instruction_id(run_.instruction_);
    data.set_transform_id(end_.transform);
    return data;
  }

  const BundleEnd& end_;
  BundleRun& run_;
  DataStream* stream_ = nullptr;
  std::int64_t counted_ = 0;  // elements that have left
  bool has_sent_ = false;
  bool is_closed_ = false;
  LiveMetricCell sizes_;
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

// Views are made once for each window of a bundle. The next bundle may see others, unless the engine says that they are
// the same: by a token, which another bundle has as well.
class BundleRun::SideInputs final : public SideInputReader {
 public:
  SideInputs(BundleRun& run, int transform) : run_(run), transform_(static_cast<std::size_t>(transform)) {}

  void Begin(const CacheTokens& tokens) {
    tokens_.clear();
    for (const BundleSideInput& side : run_.graph_->side_inputs.at(transform_)) {
      const auto found = tokens.find({TransformId(), side.tag});
      tokens_.push_back(found == tokens.end() ? std::string() : found->second);
    }
  }
  void End() { views_.clear(); }

  std::shared_ptr<const void> Get(std::size_t index, const Window& main_window,
                                  const SideInputBuilder& builder) override {
    const BundleSideInput& side = run_.graph_->side_inputs.at(transform_).at(index);
    const Window window = side.windowing.MapSideInput(main_window);
    for (const View& view : views_) {
      if (view.index == index && view.window == window) return view.value;
    }
    views_.push_back({index, window, Make(side, tokens_.at(index), window, builder)});
    return views_.back().value;
  }

 private:
  // The values of one key after the other.
  class Lookup final : public SideInputLookup {
   public:
    // An empty token is none.
    Lookup(BundleRun& run, StateClient::Key key, std::string token)
        : run_(run), key_(std::move(key)), token_(std::move(token)) {}
    WireOrigin Fetch(std::string_view key) override {
      key_.mutable_multimap_side_input()->set_key(std::string(key));
      if (token_.empty()) return run_.GetState(key_);
      const auto bytes = run_.services_.side_inputs().Get("values" + CacheKey(token_, key_), [this] {
        auto made = std::make_shared<const std::string>(run_.GetState(key_)->bytes);
        return SideInputCache::Made{made, made->size()};
      });
      // What of the values lies elsewhere is asked for by a bundle that the engine knows.
      return std::make_shared<const WirePiece>(
          WirePiece{*std::static_pointer_cast<const std::string>(bytes), run_.state_});
    }

   private:
    BundleRun& run_;
    StateClient::Key key_;
    const std::string token_;
  };

  // Unambiguous, whatever the bytes of the token.
  static std::string CacheKey(const std::string& token, const StateClient::Key& key) {
    Writer out;
    Coder<std::string>::Encode(token, out);
    out.Raw(key.SerializeAsString());
    return out.Take();
  }

  const std::string& TransformId() const { return run_.graph_->transforms.at(transform_); }

  std::shared_ptr<const void> Make(const BundleSideInput& side, const std::string& token, const Window& window,
                                   const SideInputBuilder& builder) {
    StateClient::Key key;
    const auto name = [&](auto& side_key) {
      side_key.set_transform_id(TransformId());
      side_key.set_side_input_id(side.tag);
      Writer encoded_window;
      EncodeWindow(window, side.windowing.coding(), encoded_window);
      side_key.set_window(encoded_window.Take());
    };
    if (side.kind == SideInputKind::kMultimap) {
      if (builder.from_lookup == nullptr) throw Error("side input '" + side.tag + "' cannot be looked up by key");
      name(*key.mutable_multimap_side_input());
      return builder.from_lookup(std::make_unique<Lookup>(run_, std::move(key), token));
    }
    name(*key.mutable_iterable_side_input());
    if (token.empty()) return Build(side, key, builder).value;
    // The builder stands for the type: what another stage made of the same state, by some mistake, is no view of this.
    const auto type = std::to_string(reinterpret_cast<std::uintptr_t>(builder.from_elements));
    return run_.services_.side_inputs().Get("view" + type + CacheKey(token, key),
                                            [&] { return Build(side, key, builder); });
  }

  SideInputCache::Made Build(const BundleSideInput& side, const StateClient::Key& key,
                             const SideInputBuilder& builder) {
    const WireOrigin origin = run_.GetState(key);
    std::vector<std::string> values;
    Writer element;
    for (Reader in(origin->bytes); !in.empty();) {
      element.Clear();
      side.type->wire->recode(in, origin, element);
      values.emplace_back(element.view());
    }
    return {builder.from_elements(EncodedVector(std::move(values))), origin->bytes.size()};
  }

  struct View {
    std::size_t index;
    Window window;
    std::shared_ptr<const void> value;
  };

  BundleRun& run_;
  std::size_t transform_;
  std::vector<std::string> tokens_;  // of each side input; empty where there is none
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
  auto made = std::make_unique<SideInputs>(*this, transform.id);
  side_inputs_.push_back(made.get());
  return made;
}

// The ends count what passes them.
bool BundleRun::Counts(int pcollection) const {
  const auto is_it = [&](const BundleEnd& end) { return end.pcollection == pcollection; };
  return std::none_of(graph_->sources.begin(), graph_->sources.end(), is_it)
      && std::none_of(graph_->sinks.begin(), graph_->sinks.end(), is_it);
}

void BundleRun::Begin(const std::string& instruction, fn::ProcessBundleRequest& request) {
  instruction_ = instruction;
  state_ = std::make_shared<State>(services_, graph_->state_endpoint, instruction);
  processor_->ResetMetrics();
  CacheTokens tokens;
  for (const auto& token : request.cache_tokens()) {
    if (token.has_side_input()) {
      tokens[{token.side_input().transform_id(), token.side_input().side_input_id()}] = token.token();
    }
  }
  for (SideInputs* side_inputs : side_inputs_) side_inputs->Begin(tokens);
  for (const auto& sink : sinks_) sink->Begin(services_.Data(sink->end().endpoint));
  for (const auto& source : sources_) {
    source->stream = &services_.Data(source->end->endpoint);
    source->gate.Reset();
    source->sizes.Store({});
    source->is_done = false;
    source->has_all = false;
  }
  if ((request.elements().data_size() > 0 || request.elements().timers_size() > 0) && !sources_.empty()) {
    sources_.front()->stream->Deliver(*request.mutable_elements());
  }
}

void BundleRun::Process(fn::Elements* embedded) {
  // Engines have no use for a step that stops in between: what it makes flows on as it is made.
  processor_->resume().Begin({}, {});
  at_ = &current_log_step;
  processor_->StartBundle();
  ReadElements();
  processor_->FinishBundle();
  for (SideInputs* side_inputs : side_inputs_) side_inputs->End();
  SendRest(embedded);
  at_ = nullptr;
}

void BundleRun::ReadElements() {
  // All sources of a stage come over one stream in practice; each has an inbox of its own where they do not.
  std::map<DataStream*, std::shared_ptr<Inbox>> inboxes;
  for (const auto& source : sources_) inboxes.emplace(source->stream, source->stream->Open(instruction_));
  for (const auto& [stream, inbox] : inboxes) {
    const auto is_open = [of = stream](const auto& source) { return source->stream == of && !source->has_all; };
    while (std::any_of(sources_.begin(), sources_.end(), is_open)) {
      is_consuming_.store(false, std::memory_order_relaxed);
      Inbox::Piece piece = inbox->Take();
      is_consuming_.store(true, std::memory_order_relaxed);
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
      if (!source.is_done) Feed(source, std::move(piece.bytes));
      source.has_all = source.has_all || piece.is_last;
    }
  }
}

void BundleRun::Feed(Source& source, std::string bytes) {
  const ElementType& type = *graph_->graph.pcollection(source.end->pcollection).type;
  const std::int64_t before = source.gate.claimed();
  const auto origin = std::make_shared<const WirePiece>(WirePiece{std::move(bytes), state_});
  WireInput input{Reader(origin->bytes), source.end->windows, &source.gate, origin, &source.end->coder};
  try {
    source.is_done = !type.wire->feed(input, source.root);
  } catch (const StepError&) {
    throw;
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    // Not of a step's making: the bytes themselves, or what a stage without steps does with them.
    throw Error("element " + std::to_string(source.gate.claimed()) + " of '" + source.end->transform
                + "': " + error.what());
  }
  const std::int64_t count = source.gate.claimed() - before;
  if (count > 0 && !source.is_done) source.sizes.Update(static_cast<std::int64_t>(origin->bytes.size()) / count);
}

void BundleRun::SendRest(fn::Elements* embedded) {
  bool may_embed = embedded != nullptr;
  std::size_t bytes = 0;
  for (const auto& sink : sinks_) {
    const std::optional<std::size_t> size = sink->Close();
    may_embed &= size.has_value();
    bytes += size.value_or(0);
  }
  may_embed &= bytes <= kMostEmbeddedBytes;
  std::map<DataStream*, fn::Elements> rest;
  for (const auto& sink : sinks_) sink->AppendLast(may_embed ? *embedded : rest[&sink->stream()]);
  for (auto& [stream, elements] : rest) stream->Send(std::move(elements));
}

BundleRun::Metrics BundleRun::ReadMetrics() const {
  Metrics metrics;
  for (const auto& [id, step] : processor_->steps()) {
    const std::string& transform = graph_->transforms.at(static_cast<std::size_t>(id));
    AppendUserMetrics(transform, step->metrics.Read(), metrics);
    AppendExecutionTimes(transform, *step, metrics);
  }
  // The ends know best; a PCollection may be at several.
  std::set<int> told;
  const auto tell = [&](int pcollection, std::int64_t count, const MetricCell& sizes) {
    if (!told.insert(pcollection).second) return;
    const std::string& id = graph_->pcollections.at(static_cast<std::size_t>(pcollection));
    metrics.push_back(ElementCount(id, count));
    if (sizes.count > 0) metrics.push_back(SampledByteSize(id, sizes));
  };
  for (const auto& source : sources_) {
    metrics.push_back(DataReadIndex(source->end->transform, source->gate.claimed()));
    tell(source->end->pcollection, source->gate.claimed(), source->sizes.Read());
  }
  for (const auto& sink : sinks_) tell(sink->end().pcollection, sink->elements(), sink->sizes());
  for (const auto& [pcollection, counter] : processor_->counters()) {
    tell(pcollection, counter->count(), counter->sizes());
  }
  return metrics;
}

StepContext* BundleRun::CurrentStep() const {
  const auto* const at = at_.load();
  // Every LogStep that the SDK sets as current is a StepContext; those of this thread are this bundle's.
  return at == nullptr ? nullptr
                       : const_cast<StepContext*>(static_cast<const StepContext*>(at->load(std::memory_order_relaxed)));
}

void BundleRun::Sample(std::chrono::microseconds passed) {
  StepContext* const step = CurrentStep();
  if (step != nullptr) step->micros[static_cast<std::size_t>(step->phase.load())].Add(passed.count());
}

void BundleRun::Flush() {
  for (const auto& sink : sinks_) sink->FlushFromOutside();
}

std::string BundleRun::Describe() const {
  static constexpr const char* kPhases[kStepPhases] = {"StartBundle", "ProcessElement", "FinishBundle"};
  std::string text;
  if (const StepContext* const step = CurrentStep()) {
    text = "in " + std::string(kPhases[static_cast<std::size_t>(step->phase.load())]) + " of step '" + step->name + "'";
  } else {
    text = IsConsuming() ? "between two steps" : "waiting for elements";
  }
  for (const auto& source : sources_) {
    text.append(", ")
        .append(std::to_string(source->gate.claimed()))
        .append(" elements of ")
        .append(source->end->transform);
  }
  return text;
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
