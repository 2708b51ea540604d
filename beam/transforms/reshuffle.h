// Reshuffle: breaks fusion. What stands before it and after it become two stages that run at the same time, and its
// elements spread over all workers. Put one after a step that makes many elements of few (matching files, say).
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "beam/base/hash.h"
#include "beam/model/dofn_operator.h"
#include "beam/model/pcollection.h"

namespace beam {
namespace internal {

// An element on its way through a GroupByKey, which gives it another timestamp.
template <class T>
struct Reshuffled {
  Timestamp timestamp;
  T value;
};

// Elements go to so many places, at random: more than an engine has threads, so that these get about as much each.
inline constexpr std::uint64_t kReshuffleShards = 4096;

// Not from a clock or a device: an element whose bundle is tried again goes where it went.
template <class T>
struct PairWithShardFn {
  void ProcessElement(T value, Timestamp timestamp, Output<KV<std::int64_t, Reshuffled<T>>> out) const {
    Writer bytes;
    Coder<T>::Encode(value, bytes);
    const auto shard = static_cast<std::int64_t>(HashBytes(bytes.view()) % kReshuffleShards);
    out.Emit({shard, {timestamp, std::move(value)}});
  }
};

template <class T>
struct DropShardFn {
  // The pane is that of no firing, as an element's is that comes out of no grouping; not that of the shard, which some
  // engines call one of several.
  void ProcessElement(const KV<std::int64_t, Iterable<Reshuffled<T>>>& shard, const Window& window,
                      Output<T> out) const {
    for (const Reshuffled<T>& element : shard.value) {
      out.EmitWith(CopyElement(element.value), {.timestamp = element.timestamp, .window = window});
    }
  }
};

struct ReshuffleTransform {
  template <class T>
  PCollection<T> ExpandPrimitive(const PCollection<T>& in, const std::string& label) const {
    TransformNode& node = in.graph().Add(TransformKind::kReshuffle, label);
    node.inputs = {in.id()};
    node.payload = EncodeFn(PairWithShardFn<T>{});
    node.pair_key = DoFnRegistration<PairWithShardFn<T>>::kKey;
    node.unpair_key = DoFnRegistration<DropShardFn<T>>::kKey;
    node.pair_type = &kElementType<KV<std::int64_t, Reshuffled<T>>>;
    return {&in.graph(), in.graph().AddOutput(node.id, "out", &kElementType<T>, in.windowing())};
  }
};

}  // namespace internal

inline internal::Labelled<internal::ReshuffleTransform> Reshuffle(std::string label = "Reshuffle") {
  return {std::move(label), {}};
}

}  // namespace beam
