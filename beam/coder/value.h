// Value: a decoded value whose type is known at run time only. For tools, debugging, rows of other SDKs and the tests
// of the formats; pipelines work with C++ types.
//
// Whatever has named parts is a Row, in the notation of Beam's standard_coders.yaml: a KV is {key, value}, an interval
// window {end, span} in milliseconds, the global window {}, a custom window {maxTimestamp, window}, a windowed value
// {value, timestamp, pane, windows}, a pane {is_first, is_last, timing, index, on_time_index}, a timer {userKey,
// dynamicTimerTag, windows, clearBit, ...}, a sharded key {shardId, key}. Times are integers in milliseconds; a decimal
// is its text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "beam/base/bytes.h"

namespace beam {

struct MapEntry;
struct RowField;

struct Value {
  using List = std::vector<Value>;
  using Map = std::vector<MapEntry>;  // sorted by key
  using Row = std::vector<RowField>;  // in the order of the schema

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Bytes, List, Map, Row> data;

  bool is_null() const { return data.index() == 0; }

  // The alternative T; throws Error, naming both kinds, if the value is something else.
  template <class T>
  const T& Get() const;

  // The part of a Row with that name; throws Error if there is none.
  const Value& At(std::string_view name) const;

  bool operator==(const Value& other) const;
  bool operator<(const Value& other) const;
};

struct MapEntry {
  Value key;
  Value value;

  bool operator==(const MapEntry&) const = default;
  bool operator<(const MapEntry& other) const { return key == other.key ? value < other.value : key < other.key; }
};

struct RowField {
  std::string name;
  Value value;

  bool operator==(const RowField&) const = default;
  bool operator<(const RowField& other) const { return name == other.name ? value < other.value : name < other.name; }
};

// As JSON-like text: {key: "abc", value: [1, null]}; bytes as h'00FF'.
std::string DebugString(const Value& value);

namespace internal {

[[noreturn]] void ThrowWrongKind(const Value& value, std::size_t expected);

}  // namespace internal

template <class T>
const T& Value::Get() const {
  if (const T* found = std::get_if<T>(&data)) return *found;
  internal::ThrowWrongKind(*this, Value{{T()}}.data.index());
}

}  // namespace beam
