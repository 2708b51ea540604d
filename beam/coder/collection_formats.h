// Collections to and from bytes, given how their elements travel. Elements of a PCollection and fields of rows differ
// in the coder of the elements only: `Element` has Encode(value, out), Decode(in), ByteSize(value) and kCodable, and
// BulkType where an array of its values is an array of big-endian numbers.
//
// Sets and maps are written in the order of their keys, so that equal collections have equal bytes.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "beam/coder/formats.h"
#include "beam/coder/numeric_array.h"

namespace beam::internal {

template <class Element>
concept BulkElement = requires { typename Element::BulkType; };

template <class Element, class Values>
std::size_t CollectionSize(const Values& values) {
  std::size_t size = 4;
  for (const auto& value : values) size += Element::ByteSize(value);
  return size;
}

template <class T, class Element>
struct VectorFormat {
  static void Encode(const std::vector<T>& values, Writer& out) {
    WriteCount(values.size(), out);
    if constexpr (BulkElement<Element>) {
      WriteBigEndianArray(values.data(), values.size(), out);
    } else {
      for (const auto& value : values) Element::Encode(value, out);
    }
  }

  template <class Rest = NoMoreElements>
  static std::vector<T> Decode(Reader& in, Rest&& rest = {}) {
    std::vector<T> values;
    if constexpr (BulkElement<Element>) {
      Reader ahead = in;
      const auto count = static_cast<std::int32_t>(ahead.BigEndian<std::uint32_t>());
      if (count >= 0) {
        in = ahead;
        const std::string_view bytes = in.Raw(static_cast<std::uint64_t>(count) * sizeof(T));
        values.resize(static_cast<std::size_t>(count));
        ReadBigEndianArray(bytes, values.data());
        return values;
      }
    }
    ReadIterable(
        in,
        [&](std::size_t count) { values.reserve(count < kReservable / sizeof(T) ? count : kReservable / sizeof(T)); },
        [&] { values.push_back(Element::Decode(in)); },
        [&](std::string_view token) {
          if constexpr (std::is_same_v<std::remove_cvref_t<Rest>, NoMoreElements>) {
            rest(token);
          } else {
            const std::string bytes = rest(token);
            ReadStoredElements(bytes, [&](Reader& stored) { values.push_back(Element::Decode(stored)); });
          }
        });
    return values;
  }

  static std::size_t ByteSize(const std::vector<T>& values) {
    if constexpr (BulkElement<Element>) {
      return 4 + values.size() * sizeof(T);
    } else {
      return CollectionSize<Element>(values);
    }
  }

 private:
  // A false count must not make room for gigabytes: elements in memory are larger than on the wire.
  static constexpr std::size_t kReservable = 1 << 20;
};

template <class T, std::size_t kSize, class Element>
struct ArrayFormat {
  static void Encode(const std::array<T, kSize>& values, Writer& out) {
    WriteCount(kSize, out);
    if constexpr (BulkElement<Element>) {
      WriteBigEndianArray(values.data(), kSize, out);
    } else {
      for (const T& value : values) Element::Encode(value, out);
    }
  }

  static std::array<T, kSize> Decode(Reader& in) {
    std::vector<T> values = VectorFormat<T, Element>::Decode(in);
    if (values.size() != kSize) {
      throw Error("malformed bytes: an array of " + std::to_string(kSize) + " has " + std::to_string(values.size())
                  + " elements");
    }
    return FromVector(values, std::make_index_sequence<kSize>());
  }

  static std::size_t ByteSize(const std::array<T, kSize>& values) { return CollectionSize<Element>(values); }

 private:
  template <std::size_t... I>
  static std::array<T, kSize> FromVector(std::vector<T>& values, std::index_sequence<I...>) {
    return {std::move(values[I])...};
  }
};

// Sorts pointers by what they point to. Not a template, so that <algorithm> stays out of every user's compilation.
void SortPointers(std::vector<const void*>& pointers, bool (*less)(const void*, const void*));

// Calls `fn` with each entry of a set or map, those of hashed ones sorted by Key::Of(entry).
template <class Key, class Entries, class Fn>
void ForEachSorted(const Entries& entries, Fn&& fn) {
  if constexpr (requires { typename Entries::hasher; }) {
    using Entry = typename Entries::value_type;
    std::vector<const void*> sorted;
    sorted.reserve(entries.size());
    for (const Entry& entry : entries) sorted.push_back(&entry);
    SortPointers(sorted, [](const void* a, const void* b) {
      return Key::Of(*static_cast<const Entry*>(a)) < Key::Of(*static_cast<const Entry*>(b));
    });
    for (const void* entry : sorted) fn(*static_cast<const Entry*>(entry));
  } else {
    for (const auto& entry : entries) fn(entry);
  }
}

struct KeyOfSet {
  static const auto& Of(const auto& entry) { return entry; }
};

struct KeyOfMap {
  static const auto& Of(const auto& entry) { return entry.first; }
};

template <class Set, class Element>
struct SetFormat {
  static void Encode(const Set& values, Writer& out) {
    WriteCount(values.size(), out);
    ForEachSorted<KeyOfSet>(values, [&](const auto& value) { Element::Encode(value, out); });
  }

  static Set Decode(Reader& in) {
    Set values;
    ReadIterable(in, [](std::size_t) {}, [&] { values.insert(Element::Decode(in)); });
    return values;
  }

  static std::size_t ByteSize(const Set& values) { return CollectionSize<Element>(values); }
};

// 32-bit big-endian count, then key, value, key, value: {"a": 1} is 00 00 00 01 01 61 01.
template <class Map, class Key, class Value>
struct MapFormat {
  static void Encode(const Map& entries, Writer& out) {
    WriteCount(entries.size(), out);
    ForEachSorted<KeyOfMap>(entries, [&](const auto& entry) {
      Key::Encode(entry.first, out);
      Value::Encode(entry.second, out);
    });
  }

  static Map Decode(Reader& in) {
    Map entries;
    ReadIterable(
        in, [](std::size_t) {},
        [&] {
          auto key = Key::Decode(in);
          entries.insert_or_assign(std::move(key), Value::Decode(in));
        });
    return entries;
  }

  static std::size_t ByteSize(const Map& entries) {
    std::size_t size = 4;
    for (const auto& [key, value] : entries) size += Key::ByteSize(key) + Value::ByteSize(value);
    return size;
  }
};

}  // namespace beam::internal
