// Display data: the fields of a DoFn or CombineFn as an engine shows them to people.
//
// Shown are texts, numbers, bools, and optionals of these that have a value; fields that are aggregates count as
// theirs, "crop.seconds". Left out is what has no short form: lists, maps, bytes, enumerations, types with a coder of
// their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "beam/coder/reflect.h"

namespace beam {

struct DisplayItem {
  std::string name;
  std::variant<std::string, bool, std::int64_t, double> value;
  bool operator==(const DisplayItem&) const = default;
};
using DisplayData = std::vector<DisplayItem>;

namespace internal {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
void AddDisplayItem(std::string name, const T& value, DisplayData& data) {
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, bool>) {
    data.push_back({std::move(name), value});
  } else if constexpr (std::is_floating_point_v<T>) {
    data.push_back({std::move(name), static_cast<double>(value)});
  } else if constexpr (std::is_integral_v<T>) {
    if (std::in_range<std::int64_t>(value)) {
      data.push_back({std::move(name), static_cast<std::int64_t>(value)});
    } else {
      data.push_back({std::move(name), std::to_string(value)});
    }
  } else if constexpr (IsOptional<T>::value) {
    if (value) AddDisplayItem(std::move(name), *value, data);
  } else if constexpr (std::is_class_v<T> && Reflectable<T>) {
    if (!name.empty()) name += '.';
    ForEachField(value,
                 [&](std::string_view field, const auto& of) { AddDisplayItem(name + std::string(field), of, data); });
  }
}

}  // namespace internal

template <class Fn>
DisplayData DisplayDataOf(const Fn& fn) {
  DisplayData data;
  internal::AddDisplayItem("", fn, data);
  return data;
}

}  // namespace beam
