// What only engines put on the wire: length prefixes, sharded keys, timers, and iterables whose rest lies in the
// runner's state. Users' types do not meet these.
//
//   length_prefix          VarInt length, then the outer encoding            300 as varint   02 AC 02
//   sharded_key            nested shard id, then the nested key              {"key", "s"}    01 73 03 6B 65 79
//   timer                  nested key, nested tag, windows as an iterable, clear bit; unless it is set: fire timestamp,
//                          hold timestamp, pane
//   state_backed_iterable  an iterable (formats.h) that may end in VarInt -1 and a token
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "beam/coder/coder.h"
#include "beam/coder/windowed_value.h"

namespace beam {

// A value that any party can skip without knowing its type.
template <class T>
struct LengthPrefixed {
  T value;

  bool operator==(const LengthPrefixed&) const = default;
};

template <class T>
struct Coder<LengthPrefixed<T>> {
  static constexpr bool kCodable = Codable<T>;
  static void Encode(const LengthPrefixed<T>& value, Writer& out, Context = Context::kNested) {
    Writer inner;
    Coder<T>::Encode(value.value, inner, Context::kOuter);
    internal::WriteBytes(inner.view(), out, Context::kNested);
  }
  static LengthPrefixed<T> Decode(Reader& in, Context = Context::kNested) {
    Reader inner(internal::ReadBytes(in, Context::kNested));
    return {Coder<T>::Decode(inner, Context::kOuter)};
  }
  static std::size_t ByteSize(const LengthPrefixed<T>& value) {
    return internal::BytesSize(Coder<T>::ByteSize(value.value));
  }
  static CoderSpec Spec() { return {.urn = "beam:coder:length_prefix:v1", .components = {Coder<T>::Spec()}}; }
};

// A key that a runner has split into shards.
template <class K>
struct ShardedKey {
  K key;
  std::string shard_id;  // opaque bytes

  bool operator==(const ShardedKey&) const = default;
};

template <class K>
struct Coder<ShardedKey<K>> {
  static constexpr bool kCodable = Codable<K>;
  static void Encode(const ShardedKey<K>& value, Writer& out, Context = Context::kNested) {
    internal::WriteBytes(value.shard_id, out, Context::kNested);
    Coder<K>::Encode(value.key, out, Context::kNested);
  }
  static ShardedKey<K> Decode(Reader& in, Context = Context::kNested) {
    std::string shard_id(internal::ReadBytes(in, Context::kNested));
    return {Coder<K>::Decode(in, Context::kNested), std::move(shard_id)};
  }
  static std::size_t ByteSize(const ShardedKey<K>& value) {
    return internal::BytesSize(value.shard_id.size()) + Coder<K>::ByteSize(value.key);
  }
  static CoderSpec Spec() { return {.urn = "beam:coder:sharded_key:v1", .components = {Coder<K>::Spec()}}; }
};

// What a timer says besides its key. The times and the pane mean nothing where it is cleared.
struct TimerInfo {
  std::string tag;
  std::vector<Window> windows;
  bool clear = false;
  Timestamp fire = {};
  Timestamp hold = {};
  PaneInfo pane = {};

  bool operator==(const TimerInfo&) const = default;
};

void EncodeTimerInfo(const TimerInfo& timer, WindowCoding coding, Writer& out);
TimerInfo DecodeTimerInfo(WindowCoding coding, Reader& in);

template <class K>
struct Timer {
  K key;
  TimerInfo info;

  bool operator==(const Timer&) const = default;
};

template <class K>
void EncodeTimer(const Timer<K>& timer, WindowCoding coding, Writer& out) {
  Coder<K>::Encode(timer.key, out, Context::kNested);
  EncodeTimerInfo(timer.info, coding, out);
}

template <class K>
Timer<K> DecodeTimer(WindowCoding coding, Reader& in) {
  return {Coder<K>::Decode(in, Context::kNested), DecodeTimerInfo(coding, in)};
}

// Reads an iterable whose rest may lie in the runner's state: `fetch(token)` returns the bytes of the remaining
// elements, one nested encoding after another.
template <class T, class Fetch>
std::vector<T> DecodeStateBackedIterable(Reader& in, Fetch&& fetch) {
  return internal::VectorFormat<T, Coder<T>>::Decode(in, std::forward<Fetch>(fetch));
}

}  // namespace beam
