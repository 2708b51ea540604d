// WireCoder<T>: how elements of T cross to an engine of Beam and back.
//
// An engine knows a few formats and must be able to skip all others. So what an element consists of crosses as
//   Coder<T>            numbers, bool, byte strings, texts
//   the parts           KV<K, V>; the values of a group (beam/model/iterable.h)
//   a length, then it   everything else: beam:coder:length_prefix:v1 of Coder<T>
// Engines leave coders alone that they know; so what arrives is what was sent. Texts are called beam:coder:bytes:v1, of
// which the bytes are the same: Java engines would put others in the place of bytes that are not UTF-8, and paths are
// kept to the byte.
//
// All functions are static and thread-safe. Elements are always nested, as the Data API has one behind the other.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include "beam/coder/coder.h"

namespace beam {

// Where the rest of an iterable lies that an engine sent only the beginning of.
class WireState {
 public:
  virtual ~WireState() = default;
  // The bytes of the remaining elements, one nested encoding after another. Throws Error.
  virtual std::string Fetch(std::string_view token) = 0;
};

namespace internal {

// Whether every engine knows the format of Coder<T>.
template <class T>
inline constexpr bool kIsModelCoded =
    std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, std::string> || std::is_same_v<T, Void>;
template <ByteLike T>
inline constexpr bool kIsModelCoded<std::vector<T>> = true;

}  // namespace internal

template <class T>
struct WireCoder {
  static void Encode(const T& value, Writer& out) {
    if constexpr (internal::kIsModelCoded<T>) {
      Coder<T>::Encode(value, out);
    } else {
      const Writer::LengthMark mark = out.BeginLength(Coder<T>::ByteSize(value));
      Coder<T>::Encode(value, out, Context::kOuter);
      out.EndLength(mark);
    }
  }

  // `state` may be null where nothing lies elsewhere.
  static T Decode(Reader& in, WireState* /*state*/) {
    if constexpr (internal::kIsModelCoded<T>) {
      return Coder<T>::Decode(in);
    } else {
      Reader inner(internal::ReadBytes(in, Context::kNested));
      return Coder<T>::Decode(inner, Context::kOuter);
    }
  }

  static CoderSpec Spec() {
    if constexpr (std::is_same_v<T, std::string>) {
      return {.urn = "beam:coder:bytes:v1"};
    } else if constexpr (internal::kIsModelCoded<T>) {
      return Coder<T>::Spec();
    } else {
      return {.urn = "beam:coder:length_prefix:v1", .components = {Coder<T>::Spec()}};
    }
  }
};

template <class K, class V>
struct WireCoder<KV<K, V>> {
  static void Encode(const KV<K, V>& kv, Writer& out) {
    WireCoder<K>::Encode(kv.key, out);
    WireCoder<V>::Encode(kv.value, out);
  }
  static KV<K, V> Decode(Reader& in, WireState* state) {
    return {WireCoder<K>::Decode(in, state), WireCoder<V>::Decode(in, state)};
  }
  static CoderSpec Spec() {
    return {.urn = "beam:coder:kv:v1", .components = {WireCoder<K>::Spec(), WireCoder<V>::Spec()}};
  }
};

}  // namespace beam
