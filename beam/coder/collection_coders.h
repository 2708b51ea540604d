// Coders of KV, std::optional and collections as elements (outside of rows).
//
//   KV<K, V>                        beam:coder:kv:v1        {"abc", 0}    03 61 62 63 00
//   std::optional<T>                beam:coder:nullable:v1  "abc"         01 03 61 62 63;  without a value 00
//   std::vector, std::array         beam:coder:iterable:v1  {1, 10}       00 00 00 02 01 0A
//   std::set, std::unordered_set    beam:coder:iterable:v1  the same, sorted
//   std::map, std::unordered_map    beam:coder:iterable:v1  of KVs, sorted by key: {"a": 1} is 00 00 00 01 01 61 01
//
// Hashed collections need keys with operator<. A vector of bytes is a byte string (scalar_coders.h).
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "beam/coder/codable.h"
#include "beam/coder/collection_formats.h"
#include "beam/coder/kv.h"
#include "beam/coder/scalar_coders.h"

namespace beam {

template <class K, class V>
struct Coder<KV<K, V>> {
  static constexpr bool kCodable = Codable<K> && Codable<V>;
  static void Encode(const KV<K, V>& kv, Writer& out, Context context = Context::kNested) {
    Coder<K>::Encode(kv.key, out, Context::kNested);
    Coder<V>::Encode(kv.value, out, context);
  }
  static KV<K, V> Decode(Reader& in, Context context = Context::kNested) {
    return {Coder<K>::Decode(in, Context::kNested), Coder<V>::Decode(in, context)};
  }
  static std::size_t ByteSize(const KV<K, V>& kv) { return Coder<K>::ByteSize(kv.key) + Coder<V>::ByteSize(kv.value); }
  static CoderSpec Spec() { return {.urn = "beam:coder:kv:v1", .components = {Coder<K>::Spec(), Coder<V>::Spec()}}; }
};

template <class T>
struct Coder<std::optional<T>> {
  static constexpr bool kCodable = Codable<T>;
  static void Encode(const std::optional<T>& value, Writer& out, Context context = Context::kNested) {
    out.Byte(value.has_value() ? 1 : 0);
    if (value.has_value()) Coder<T>::Encode(*value, out, context);
  }
  static std::optional<T> Decode(Reader& in, Context context = Context::kNested) {
    if (!internal::ReadPresent(in)) return std::nullopt;
    return Coder<T>::Decode(in, context);
  }
  static std::size_t ByteSize(const std::optional<T>& value) {
    return 1 + (value.has_value() ? Coder<T>::ByteSize(*value) : 0);
  }
  static CoderSpec Spec() { return {.urn = "beam:coder:nullable:v1", .components = {Coder<T>::Spec()}}; }
};

namespace internal {

template <class T>
CoderSpec IterableSpec() {
  return {.urn = "beam:coder:iterable:v1", .components = {Coder<T>::Spec()}};
}

// Coders whose bytes are the same in both contexts, made of a format.
template <class Collection, class Format>
struct CollectionCoder {
  static void Encode(const Collection& values, Writer& out, Context = Context::kNested) { Format::Encode(values, out); }
  static Collection Decode(Reader& in, Context = Context::kNested) { return Format::Decode(in); }
  static std::size_t ByteSize(const Collection& values) { return Format::ByteSize(values); }
};

template <class Map>
struct MapCoder
    : CollectionCoder<Map, MapFormat<Map, Coder<typename Map::key_type>, Coder<typename Map::mapped_type>>> {
  static constexpr bool kCodable = Codable<typename Map::key_type> && Codable<typename Map::mapped_type>;
  static CoderSpec Spec() { return IterableSpec<KV<typename Map::key_type, typename Map::mapped_type>>(); }
};

template <class Set>
struct SetCoder : CollectionCoder<Set, SetFormat<Set, Coder<typename Set::key_type>>> {
  static constexpr bool kCodable = Codable<typename Set::key_type>;
  static CoderSpec Spec() { return IterableSpec<typename Set::key_type>(); }
};

}  // namespace internal

template <class T>
struct Coder<std::vector<T>> : internal::CollectionCoder<std::vector<T>, internal::VectorFormat<T, Coder<T>>> {
  static constexpr bool kCodable = Codable<T>;
  static CoderSpec Spec() { return internal::IterableSpec<T>(); }
};

template <class T, std::size_t kSize>
struct Coder<std::array<T, kSize>>
    : internal::CollectionCoder<std::array<T, kSize>, internal::ArrayFormat<T, kSize, Coder<T>>> {
  static constexpr bool kCodable = Codable<T>;
  static CoderSpec Spec() { return internal::IterableSpec<T>(); }
};

template <class K, class V, class C, class A>
struct Coder<std::map<K, V, C, A>> : internal::MapCoder<std::map<K, V, C, A>> {};

template <class K, class V, class H, class E, class A>
struct Coder<std::unordered_map<K, V, H, E, A>> : internal::MapCoder<std::unordered_map<K, V, H, E, A>> {};

template <class T, class C, class A>
struct Coder<std::set<T, C, A>> : internal::SetCoder<std::set<T, C, A>> {};

template <class T, class H, class E, class A>
struct Coder<std::unordered_set<T, H, E, A>> : internal::SetCoder<std::unordered_set<T, H, E, A>> {};

}  // namespace beam
