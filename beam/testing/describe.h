// Describe(value): a value as the text of a failed check shows it: 5, 0.1, "a\n", [1, 2], KV("a", 1), {path: "a.mp3"}.
// Values that cannot be taken apart are shown as the bytes of their encoding.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "beam/coder/coder.h"
#include "beam/coder/reflect.h"

namespace beam {
namespace internal {

std::string QuoteText(std::string_view text);
std::string HexText(std::string_view bytes);

template <class T>
inline constexpr bool kIsOptionalValue = false;
template <class T>
inline constexpr bool kIsOptionalValue<std::optional<T>> = true;

template <class T>
inline constexpr bool kIsTupleValue = false;
template <class... T>
inline constexpr bool kIsTupleValue<std::tuple<T...>> = true;
template <class A, class B>
inline constexpr bool kIsTupleValue<std::pair<A, B>> = true;

template <class T>
inline constexpr bool kIsKv = false;
template <class K, class V>
inline constexpr bool kIsKv<KV<K, V>> = true;

}  // namespace internal

template <class T>
std::string Describe(const T& value) {
  std::string text;
  const auto list = [&text](std::string_view open, const auto&... values) {
    std::string_view separator = open;
    ((text.append(separator).append(values), separator = ", "), ...);
  };
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    return Describe(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    char digits[64];
    return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return internal::QuoteText(value);
  } else if constexpr (std::is_same_v<T, Bytes>) {
    return internal::HexText({reinterpret_cast<const char*>(value.data()), value.size()});
  } else if constexpr (internal::kIsOptionalValue<T>) {
    return value.has_value() ? Describe(*value) : "nothing";
  } else if constexpr (internal::kIsKv<T>) {
    list("KV(", Describe(value.key), Describe(value.value));
    return text + ")";
  } else if constexpr (internal::kIsTupleValue<T>) {
    std::apply([&](const auto&... part) { list("(", Describe(part)...); }, value);
    return text + ")";
  } else if constexpr (requires { value.begin() != value.end(); }) {
    for (const auto& element : value) {
      // Not by deduction: the elements of std::vector<bool> are not of the type of its values.
      text += (text.empty() ? "" : ", ") + Describe<typename T::value_type>(element);
    }
    return "[" + text + "]";
  } else if constexpr (Reflectable<T>) {
    ForEachField(value, [&](std::string_view name, const auto& field) {
      text.append(text.empty() ? "" : ", ").append(name).append(": ").append(Describe(field));
    });
    return "{" + text + "}";
  } else {
    Writer out;
    Coder<T>::Encode(value, out);
    return internal::HexText(out.view());
  }
}

}  // namespace beam
