// WireType: what it takes to let elements of a type in from an engine, and out to one, encoded: each a windowed value
// (beam/coder/windowed_value.h) of WireCoder<T>, one behind the other.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "beam/coder/windowed_value.h"
#include "beam/coder/wire_coder.h"
#include "beam/model/element_gate.h"
#include "beam/model/operator.h"
#include "beam/model/receiver.h"
#include "beam/model/wire_sink.h"

namespace beam {

// Encoded elements to be read, and whom to ask before each of them.
struct WireInput {
  Reader in;
  WindowCoding windows;
  ElementGate* gate;
  WireOrigin origin;                 // of the bytes that `in` reads; may be null
  const CoderSpec* coder = nullptr;  // of the elements, as the engine says; only EncodedElement asks
};

struct WireType {
  CoderSpec (*coder)();
  // Gives the elements to `to`, until there are no more or the gate says so; false in the latter case.
  bool (*feed)(WireInput& input, AnyReceiver to);
  // An operator that writes what it receives to the sink, which must outlive it.
  std::unique_ptr<Operator> (*make_encoder)(WireSink* sink);
  // Reads one element as WireCoder<T> and writes it as Coder<T>.
  void (*recode)(Reader& in, const WireOrigin& origin, Writer& out);
};

namespace internal {

// Elements in a row mostly have the same timestamp, window and pane, and therefore the same bytes before them.
class WireHeaderReader {
 public:
  // Reads the header of an element in exactly one window; false, with `in` where it was, for another.
  bool Read(WindowCoding windows, Reader& in) {
    Reader ahead = in;
    if (!last_.empty() && in.remaining() >= last_.size() && ahead.Raw(last_.size()) == last_) {
      in = ahead;
      return true;
    }
    ahead = in;
    if (!TryDecodeMeta(windows, ahead, meta_)) return false;
    last_ = in.Raw(in.remaining() - ahead.remaining());
    return true;
  }
  const ElementMeta& meta() const { return meta_; }

 private:
  std::string_view last_;  // in the bytes that are read
  ElementMeta meta_;
};

template <class T>
bool FeedWire(WireInput& input, AnyReceiver to) {
  Receiver<T>* const receiver = to.As<T>();
  WireHeaderReader header;
  while (!input.in.empty()) {
    if (!input.gate->Claim()) return false;
    if (header.Read(input.windows, input.in)) {
      T element = WireCoder<T>::Decode(input.in, input.origin);
      if (receiver != nullptr) receiver->Receive(std::move(element), header.meta());
      continue;
    }
    const WindowedHeader several = DecodeWindowedHeader(input.windows, input.in);
    const T element = WireCoder<T>::Decode(input.in, input.origin);
    for (const Window& window : several.windows) {
      if (receiver != nullptr) receiver->ReceiveShared(element, {several.timestamp, window, several.pane});
    }
  }
  return true;
}

template <class T>
class WireEncoder final : public Receiver<T>, public Operator {
 public:
  explicit WireEncoder(WireSink* sink) : sink_(sink) {}
  AnyReceiver input() override { return AnyReceiver(static_cast<Receiver<T>*>(this)); }
  void Receive(T&& element, const ElementMeta& meta) override { ReceiveShared(element, meta); }
  void ReceiveShared(const T& element, const ElementMeta& meta) override {
    if (header_.size() == 0 || !(meta == meta_)) {
      header_.Clear();
      EncodeMeta(meta, sink_->windows(), header_);
      meta_ = meta;
    }
    sink_->Open();
    Writer& out = sink_->buffer();
    out.Raw(header_.view());
    WireCoder<T>::Encode(element, out);
    sink_->Added();
  }

 private:
  WireSink* sink_;
  ElementMeta meta_;
  Writer header_;  // of meta_
};

template <class T>
inline constexpr WireType kWireType{
    [] { return WireCoder<T>::Spec(); },
    &FeedWire<T>,
    [](WireSink* sink) -> std::unique_ptr<Operator> { return MakeOperator<WireEncoder<T>>(sink); },
    [](Reader& in, const WireOrigin& origin, Writer& out) { Coder<T>::Encode(WireCoder<T>::Decode(in, origin), out); },
};

}  // namespace internal
}  // namespace beam
