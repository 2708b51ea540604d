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
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "beam/coder/coder.h"

namespace beam {

// Where the rest of an iterable lies that an engine sent only the beginning of. Thread-safe.
class WireState {
 public:
  // A part of the remaining elements, one nested encoding after another; the last one may go on in the next page.
  struct Page {
    std::string bytes;
    std::string next;  // by which the next page is asked for; empty where there is none
  };

  virtual ~WireState() = default;
  // The page that `next` of the one before names; the first one for an empty `next`. Throws Error.
  virtual Page Fetch(const std::string& token, const std::string& next) = 0;

  // All pages, one behind the other.
  std::string FetchAll(const std::string& token) {
    Page page = Fetch(token, {});
    std::string bytes = std::move(page.bytes);
    while (!page.next.empty()) {
      page = Fetch(token, page.next);
      bytes += page.bytes;
    }
    return bytes;
  }
};

// What came from an engine in one piece: encoded elements, and the state that they may name. Values of a group that are
// decoded only when they are read share it.
struct WirePiece {
  std::string bytes;
  std::shared_ptr<WireState> state;  // may be null
};
using WireOrigin = std::shared_ptr<const WirePiece>;

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

  // `in` reads bytes of `origin`. That may be null: then what is not decoded at once is copied, and nothing may lie in
  // a state.
  static T Decode(Reader& in, const WireOrigin& /*origin*/) {
    if constexpr (internal::kIsModelCoded<T>) {
      return Coder<T>::Decode(in);
    } else {
      Reader inner(internal::ReadBytes(in, Context::kNested));
      return Coder<T>::Decode(inner, Context::kOuter);
    }
  }

  // Reads on to where the value ends.
  static void Skip(Reader& in) {
    if constexpr (std::is_floating_point_v<T>) {
      in.Raw(sizeof(double));
    } else if constexpr (std::is_same_v<T, bool>) {
      in.Byte();
    } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      in.VarInt();
    } else {
      internal::ReadBytes(in, Context::kNested);
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
  static KV<K, V> Decode(Reader& in, const WireOrigin& origin) {
    return {WireCoder<K>::Decode(in, origin), WireCoder<V>::Decode(in, origin)};
  }
  static void Skip(Reader& in) {
    WireCoder<K>::Skip(in);
    WireCoder<V>::Skip(in);
  }
  static CoderSpec Spec() {
    return {.urn = "beam:coder:kv:v1", .components = {WireCoder<K>::Spec(), WireCoder<V>::Spec()}};
  }
};

}  // namespace beam
