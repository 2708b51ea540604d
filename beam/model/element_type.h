// What the graph knows of the type of a PCollection's elements: its coder, and the few typed pieces at the ends of a
// fused stage (chunks of elements, copies for several readers, the writing and reading of groups).
//
// One constant table a type, whose address is the type's identity: no template code stands elsewhere in the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "beam/base/hash.h"
#include "beam/coder/coder.h"
#include "beam/coder/kv.h"
#include "beam/coder/window.h"
#include "beam/model/iterable.h"
#include "beam/model/operator.h"
#include "beam/model/receiver.h"
#include "beam/model/registry.h"
#include "beam/model/wire_type.h"

namespace beam {

// The place of an element in an order that does not depend on threads or bundles: `root` comes from the element that
// the stage read, `ordinal` counts what that element led to at this end of the stage.
struct ElementOrder {
  std::uint64_t root = 0;
  std::uint64_t ordinal = 0;
  auto operator<=>(const ElementOrder&) const = default;
};

// The root that an element is to the stage that reads it.
constexpr std::uint64_t RootOf(const ElementOrder& order) { return MixBits(order.root ^ MixBits(order.ordinal)); }

// What a stage is working on; one per thread, shared by its source and its sinks.
struct StageCursor {
  std::uint64_t root = 0;
};

// Numbers the elements that reach one end of a stage. One thread.
class OrderCounter {
 public:
  explicit OrderCounter(const StageCursor* cursor) : cursor_(cursor) {}

  ElementOrder Next() {
    if (cursor_->root != next_.root) next_ = {cursor_->root, 0};
    return {next_.root, next_.ordinal++};
  }

  // Kept across the pieces of a resumed element, so that its outputs are numbered on.
  ElementOrder position() const { return next_; }
  void SetPosition(ElementOrder position) { next_ = position; }

 private:
  const StageCursor* cursor_;
  ElementOrder next_;
};

// What a stage reads a part of: elements, or groups. Immutable once made, so that a bundle can be tried again; any
// thread may feed a part of it.
class Chunk {
 public:
  virtual ~Chunk() = default;
  virtual std::size_t size() const = 0;
  // Gives the elements [begin, end) to `to`, setting the cursor for each.
  virtual void Feed(std::size_t begin, std::size_t end, AnyReceiver to, StageCursor& cursor) const = 0;
};

// Elements at rest between two stages, in memory.
class ElementChunk : public Chunk {
 public:
  std::size_t size() const override { return orders_.size(); }
  std::size_t byte_size() const { return byte_size_; }
  const ElementOrder& order(std::size_t i) const { return orders_[i]; }
  const ElementMeta& meta(std::size_t i) const { return meta_runs_[RunOf(i)].second; }

  // Appends element `i` in its nested encoding.
  virtual void Encode(std::size_t i, Writer& out) const = 0;
  // The same as it crosses to engines (beam/coder/wire_coder.h).
  virtual void EncodeWire(std::size_t i, Writer& out) const = 0;

 protected:
  void Note(const ElementOrder& order, const ElementMeta& meta, std::size_t bytes) {
    if (meta_runs_.empty() || !(meta_runs_.back().second == meta)) meta_runs_.emplace_back(orders_.size(), meta);
    orders_.push_back(order);
    byte_size_ += bytes;
  }

  // The index of the run that element `i` is in.
  std::size_t RunOf(std::size_t i) const;

  std::vector<ElementOrder> orders_;
  // Elements in a row mostly have the same timestamp and window: (first index, meta) for each run.
  std::vector<std::pair<std::size_t, ElementMeta>> meta_runs_;
  std::size_t byte_size_ = 0;
};

// The end of a stage that gathers elements into a chunk.
class Collector {
 public:
  explicit Collector(const StageCursor* cursor) : order(cursor) {}
  virtual ~Collector() = default;
  virtual AnyReceiver receiver() = 0;
  virtual std::size_t size() const = 0;
  // The chunk gathered since the last call. Never null.
  virtual std::unique_ptr<ElementChunk> Take() = 0;

  OrderCounter order;
};

// A window as a part of a group's key, where windows are not global: its start and end, in a fixed size.
inline constexpr std::size_t kWindowKeyBytes = 16;
inline void AppendWindowKey(const Window& window, Writer& out) {
  EncodeTimestamp(window.start(), out);
  EncodeTimestamp(window.end(), out);
}
inline Window DecodeWindowKey(std::string_view bytes) {
  Reader in(bytes);
  const Timestamp start = DecodeTimestamp(in);
  return {start, DecodeTimestamp(in)};
}

// Where the writing end of a GroupByKey puts encoded pairs.
class ShuffleWriter {
 public:
  virtual ~ShuffleWriter() = default;
  virtual void Write(std::string_view key, std::string_view value, const ElementMeta& meta) = 0;
};

// What GroupByKey needs to know of KV<K, V>.
struct KvType {
  // An operator that takes KV<K, V> and writes it encoded.
  std::unique_ptr<Operator> (*make_group_writer)(ShuffleWriter*);
  // An operator that takes KV<K, Iterable<V>> and writes it to the sink, as an engine sends groups to its workers.
  std::unique_ptr<Operator> (*make_group_encoder)(WireSink* sink);
  // Decodes the key and gives KV<K, Iterable<V>> to a Receiver of that.
  void (*feed_group)(std::string_view key, std::shared_ptr<const EncodedValues> values, const ElementMeta&,
                     AnyReceiver);
};

struct ElementType {
  std::string (*name)();
  CoderSpec (*coder)();
  std::unique_ptr<Collector> (*make_collector)(const StageCursor*);
  // An operator that gives each element to all of the receivers, the last of which gets the element itself.
  std::unique_ptr<Tee> (*make_tee)(const std::vector<AnyReceiver>&);
  // An operator for the WindowInto step.
  OperatorFactory make_window_into;
  const KvType* kv;  // null unless the type is KV<K, V>
  const WireType* wire;
};

namespace internal {

template <class T>
class TypedChunk final : public ElementChunk {
 public:
  void Add(T&& value, const ElementMeta& meta, const ElementOrder& order) {
    Note(order, meta, Coder<T>::ByteSize(value));
    values_.push_back(std::move(value));
  }

  void Feed(std::size_t begin, std::size_t end, AnyReceiver to, StageCursor& cursor) const override {
    Receiver<T>* const receiver = to.As<T>();
    for (std::size_t run = RunOf(begin), i = begin; i < end; ++i) {
      if (run + 1 < meta_runs_.size() && meta_runs_[run + 1].first <= i) ++run;
      cursor.root = RootOf(orders_[i]);
      receiver->ReceiveShared(values_[i], meta_runs_[run].second);
    }
  }

  void Encode(std::size_t i, Writer& out) const override { Coder<T>::Encode(values_[i], out); }
  void EncodeWire(std::size_t i, Writer& out) const override { WireCoder<T>::Encode(values_[i], out); }

 private:
  // Not std::vector where that packs: elements are handed out by reference.
  std::conditional_t<std::is_same_v<T, bool>, std::deque<T>, std::vector<T>> values_;
};

template <class T>
class TypedCollector final : public Receiver<T>, public Collector {
 public:
  explicit TypedCollector(const StageCursor* cursor) : Collector(cursor) { Renew(); }
  AnyReceiver receiver() override { return AnyReceiver(static_cast<Receiver<T>*>(this)); }
  std::size_t size() const override { return chunk_->size(); }
  std::unique_ptr<ElementChunk> Take() override {
    auto taken = std::move(owned_);
    Renew();
    return taken;
  }
  void Receive(T&& value, const ElementMeta& meta) override { chunk_->Add(std::move(value), meta, order.Next()); }
  void ReceiveShared(const T& value, const ElementMeta& meta) override {
    chunk_->Add(CopyElement(value), meta, order.Next());
  }

 private:
  void Renew() {
    chunk_ = new TypedChunk<T>();
    owned_.reset(chunk_);
  }

  TypedChunk<T>* chunk_;
  std::unique_ptr<ElementChunk> owned_;  // the same
};

template <class T>
class TeeOperator final : public Receiver<T>, public Tee {
 public:
  explicit TeeOperator(const std::vector<AnyReceiver>& receivers) : receivers_(receivers) {}
  AnyReceiver input() override { return AnyReceiver(static_cast<Receiver<T>*>(this)); }
  void Receive(T&& element, const ElementMeta& meta) override {
    elements_.Count(element);
    for (std::size_t i = 0; i + 1 < receivers_.size(); ++i) receivers_[i].As<T>()->ReceiveShared(element, meta);
    receivers_.back().As<T>()->Receive(std::move(element), meta);
  }
  void ReceiveShared(const T& element, const ElementMeta& meta) override {
    elements_.Count(element);
    for (const AnyReceiver& receiver : receivers_) receiver.As<T>()->ReceiveShared(element, meta);
  }

 private:
  std::vector<AnyReceiver> receivers_;
};

template <class T>
class WindowIntoOperator final : public Receiver<T>, public Operator {
 public:
  explicit WindowIntoOperator(const OperatorContext& context)
      : output_(context.outputs.at(0).As<T>()), windowing_(context.windowing) {}
  AnyReceiver input() override { return AnyReceiver(static_cast<Receiver<T>*>(this)); }
  void Receive(T&& element, const ElementMeta& meta) override {
    if (output_ != nullptr) output_->Receive(std::move(element), Assigned(meta));
  }
  void ReceiveShared(const T& element, const ElementMeta& meta) override {
    if (output_ != nullptr) output_->ReceiveShared(element, Assigned(meta));
  }

 private:
  ElementMeta Assigned(ElementMeta meta) const {
    meta.window = windowing_.Assign(meta.timestamp);
    return meta;
  }

  Receiver<T>* output_;
  WindowingStrategy windowing_;
};

template <class K, class V>
class GroupWriter final : public Receiver<KV<K, V>>, public Operator {
 public:
  explicit GroupWriter(ShuffleWriter* writer) : writer_(writer) {}
  AnyReceiver input() override { return AnyReceiver(static_cast<Receiver<KV<K, V>>*>(this)); }
  void Receive(KV<K, V>&& element, const ElementMeta& meta) override { ReceiveShared(element, meta); }
  void ReceiveShared(const KV<K, V>& element, const ElementMeta& meta) override {
    key_.Clear();
    value_.Clear();
    Coder<K>::Encode(element.key, key_);
    Coder<V>::Encode(element.value, value_);
    writer_->Write(key_.view(), value_.view(), meta);
  }

 private:
  ShuffleWriter* writer_;
  Writer key_;
  Writer value_;
};

template <class K, class V>
void FeedGroup(std::string_view key, std::shared_ptr<const EncodedValues> values, const ElementMeta& meta,
               AnyReceiver to) {
  Reader in(key);
  to.As<KV<K, Iterable<V>>>()->Receive({Coder<K>::Decode(in), Iterable<V>(std::move(values))}, meta);
}

template <class T>
struct KvTypeOf {
  static constexpr const KvType* kType = nullptr;
};

template <class K, class V>
struct KvTypeOf<KV<K, V>> {
  static constexpr KvType kTable{
      [](ShuffleWriter* writer) -> std::unique_ptr<Operator> { return MakeOperator<GroupWriter<K, V>>(writer); },
      [](WireSink* sink) -> std::unique_ptr<Operator> { return MakeOperator<WireEncoder<KV<K, Iterable<V>>>>(sink); },
      &FeedGroup<K, V>,
  };
  static constexpr const KvType* kType = &kTable;
};

template <class T>
inline constexpr ElementType kElementType{
    [] { return ReadableName(typeid(T).name()); },
    [] { return Coder<T>::Spec(); },
    [](const StageCursor* cursor) { return std::unique_ptr<Collector>(new TypedCollector<T>(cursor)); },
    [](const std::vector<AnyReceiver>& receivers) -> std::unique_ptr<Tee> {
      return std::unique_ptr<Tee>(new TeeOperator<T>(receivers));
    },
    [](const OperatorContext& context) -> std::unique_ptr<Operator> {
      return MakeOperator<WindowIntoOperator<T>>(context);
    },
    KvTypeOf<T>::kType,
    &kWireType<T>,
};

// Of what only comes from an engine and goes into one step: the groups that a combine is given.
template <class T>
inline constexpr ElementType kGroupsType{
    [] { return ReadableName(typeid(T).name()); },
    [] { return Coder<T>::Spec(); },
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    &kWireType<T>,
};

}  // namespace internal
}  // namespace beam
