// FlagValue<T>: how the text behind a flag becomes a T, and how a T is shown. For types of your own specialise it, or,
// for an enumeration, name its values:
//   template <> struct beam::FlagChoices<Quality> {
//     static constexpr beam::FlagChoice<Quality> kAll[] = {{"fast", Quality::kFast}, {"best", Quality::kBest}};
//   };
//
// static std::string Kind();                    // what the help calls a value: NUMBER, SIZE, fast|best; empty: a
// switch static T Parse(std::string_view text);        // throws UsageError: what a value must be, as in "must be a
// whole number" static std::string Text(const T& value);      // Parse(Text(v)) is v
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "beam/base/ascii.h"
#include "beam/base/byte_size.h"
#include "beam/base/error.h"
#include "beam/base/log.h"

namespace beam {

template <class T>
struct FlagValue;

template <class E>
struct FlagChoice {
  std::string_view name;
  E value;
};

// The values of an enumeration that is a flag. Letter case does not count.
template <class E>
struct FlagChoices;

// The name among `names` that `typed` most likely stands for, letter case aside; empty if none is close.
std::string NearestName(std::string_view typed, const std::vector<std::string>& names);

template <>
struct FlagValue<std::string> {
  static std::string Kind() { return "TEXT"; }
  static std::string Parse(std::string_view text) { return std::string(text); }
  static std::string Text(const std::string& value) { return value; }
};

// Whether a switch is turned off by this: false, no, off or 0, in any case.
bool IsOff(std::string_view text);

template <>
struct FlagValue<bool> {
  static std::string Kind() { return {}; }
  static bool Parse(std::string_view text);
  static std::string Text(bool value) { return value ? "true" : "false"; }
};

template <std::integral T>
  requires(!std::same_as<T, bool>)
struct FlagValue<T> {
  static std::string Kind() { return "NUMBER"; }
  static T Parse(std::string_view text) {
    T value{};
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stopped != end) {
      throw UsageError("must be a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to "
                       + std::to_string(std::numeric_limits<T>::max()));
    }
    return value;
  }
  static std::string Text(T value) { return std::to_string(value); }
};

template <>
struct FlagValue<double> {
  static std::string Kind() { return "NUMBER"; }
  static double Parse(std::string_view text);
  static std::string Text(double value);
};

template <>
struct FlagValue<ByteSize> {
  static std::string Kind() { return "SIZE"; }
  static ByteSize Parse(std::string_view text);
  static std::string Text(ByteSize value) { return ByteSizeText(value); }
};

template <class E>
  requires std::is_enum_v<E>
struct FlagValue<E> {
  static std::string Kind() {
    std::string names;
    for (const auto& choice : FlagChoices<E>::kAll) names.append(names.empty() ? "" : "|").append(choice.name);
    return names;
  }
  static E Parse(std::string_view text) {
    for (const auto& choice : FlagChoices<E>::kAll) {
      if (EqualIgnoringCase(choice.name, text)) return choice.value;
    }
    throw UsageError("must be one of " + Kind());
  }
  static std::string Text(E value) {
    for (const auto& choice : FlagChoices<E>::kAll) {
      if (choice.value == value) return std::string(choice.name);
    }
    return {};
  }
};

// Absent until given.
template <class T>
struct FlagValue<std::optional<T>> {
  static std::string Kind() { return FlagValue<T>::Kind(); }
  static std::optional<T> Parse(std::string_view text) { return FlagValue<T>::Parse(text); }
  static std::string Text(const std::optional<T>& value) { return value ? FlagValue<T>::Text(*value) : std::string(); }
};

template <>
struct FlagChoices<Severity> {
  static constexpr FlagChoice<Severity> kAll[] = {{"DEBUG", Severity::kDebug},
                                                  {"INFO", Severity::kInfo},
                                                  {"WARNING", Severity::kWarning},
                                                  {"ERROR", Severity::kError}};
};

}  // namespace beam
