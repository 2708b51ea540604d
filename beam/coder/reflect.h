// The fields of an aggregate, with their names, at compile time.
//
//   struct Config { std::string path; double threshold = 0.5; };
//   FieldCount<Config>                     2
//   FieldNames<Config>()                   {"path", "threshold"}
//   ForEachField(config, [](std::string_view name, auto& field) { ... });
//
// An aggregate here is a struct without base classes, constructors, private, reference or C array fields, and with at
// most 32 fields. Fields may be const, move-only or not default-constructible, and the struct may have methods. Structs
// of anonymous namespaces and of functions work too.
//
// How: the number of fields is the largest number of initializers the struct accepts; their addresses come from a
// structured binding; and a name is read off the signature of a function whose template argument is the address of that
// field in an object that exists once per type and is never constructed.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include "beam/coder/reflect_fields.h"
#include "beam/coder/type_name.h"

namespace beam {
namespace internal {

// Converts to whatever type a field of T has, in unevaluated initializers only.
template <class T>
struct AnyField {
  template <class U>
    requires(!std::is_same_v<U, T>)
  operator U() const noexcept {
    __builtin_unreachable();
  }
};

// Converts only to base classes of T.
template <class T>
struct AnyBase {
  template <class U>
    requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T>)
  operator U() const noexcept {
    __builtin_unreachable();
  }
};

template <class T, std::size_t>
using AnyFieldAt = AnyField<T>;

template <class T, std::size_t... I>
constexpr bool Accepts(std::index_sequence<I...>) {
  return requires { T{AnyFieldAt<T, I>{}...}; };
}

inline constexpr std::size_t kNotCountable = 1000;

// Fewer initializers than fields are accepted down to the last field without a default; so the accepted numbers are one
// range, and its upper end is the number of fields. kMaxFields + 1 means too many.
template <class T, std::size_t kCount = 0, bool kSeen = false>
constexpr std::size_t CountInitializers() {
  if constexpr (Accepts<T>(std::make_index_sequence<kCount>())) {
    if constexpr (kCount > kMaxFields) {
      return kCount;
    } else {
      return CountInitializers<T, kCount + 1, true>();
    }
  } else if constexpr (kSeen) {
    return kCount - 1;
  } else if constexpr (kCount > kMaxFields) {
    return kNotCountable;
  } else {
    return CountInitializers<T, kCount + 1, false>();
  }
}

template <class T, std::size_t... I>
constexpr bool FirstIsBase(std::index_sequence<I...>) {
  return requires { T{AnyBase<T>{}, AnyFieldAt<T, I>{}...}; };
}

template <class T, std::size_t... kBefore, std::size_t... kAfter>
constexpr bool AcceptsPairBetween(std::index_sequence<kBefore...>, std::index_sequence<kAfter...>) {
  return requires { T{AnyFieldAt<T, kBefore>{}..., {AnyField<T>{}, AnyField<T>{}}, AnyFieldAt<T, kAfter>{}...}; };
}

// Whether initializer kIndex of kCount begins a C array: braces around two are accepted there, but then stand for more
// than one initializer, so that kCount of them are too many.
template <class T, std::size_t kCount, std::size_t kIndex, std::size_t... kAfter>
constexpr bool ArrayAt(std::index_sequence<kAfter...>) {
  constexpr auto before = std::make_index_sequence<kIndex>();
  return !AcceptsPairBetween<T>(before, std::make_index_sequence<kCount - kIndex - 1>())
      && (... || AcceptsPairBetween<T>(before, std::make_index_sequence<kAfter>()));
}

template <class T, std::size_t kCount, std::size_t... I>
constexpr bool HasArray(std::index_sequence<I...>) {
  if constexpr (AcceptsEmptyBraces<T, kCount>()) {
    return false;
  } else {
    return (... || ArrayAt<T, kCount, I>(std::make_index_sequence<kCount - I - 1>()));
  }
}

enum class ReflectProblem { kNone, kNotAggregate, kUnion, kNotCountable, kTooManyFields, kBaseClass, kArray };

template <class T>
constexpr ReflectProblem FindReflectProblem() {
  if constexpr (!std::is_class_v<T> && !std::is_union_v<T>) {
    return ReflectProblem::kNotAggregate;
  } else if constexpr (std::is_union_v<T>) {
    return ReflectProblem::kUnion;
  } else if constexpr (!std::is_aggregate_v<T>) {
    return ReflectProblem::kNotAggregate;
  } else {
    constexpr std::size_t count = CountInitializers<T>();
    if constexpr (count == kNotCountable) {
      return ReflectProblem::kNotCountable;
    } else if constexpr (count > kMaxFields) {
      return ReflectProblem::kTooManyFields;
    } else if constexpr (count == 0) {
      return ReflectProblem::kNone;
    } else if constexpr (FirstIsBase<T>(std::make_index_sequence<count - 1>())) {
      return ReflectProblem::kBaseClass;
    } else if constexpr (count > 1) {
      return HasArray<T, count>(std::make_index_sequence<count - 1>()) ? ReflectProblem::kArray : ReflectProblem::kNone;
    } else {
      return ReflectProblem::kNone;
    }
  }
}

template <class T>
inline constexpr ReflectProblem kReflectProblem = FindReflectProblem<T>();

// Storage of the right type whose fields have addresses but are never constructed.
template <class T>
union Unconstructed {
  constexpr Unconstructed() : nothing{} {}
  constexpr ~Unconstructed() {}
  char nothing;
  T value;
};

template <class T>
inline constinit Unconstructed<T> kUnconstructed{};

struct FieldAddress {
  const void* address = nullptr;
};

template <class T, std::size_t kCount>
constexpr auto FieldAddresses() {
  return CallWithFields<kCount>(kUnconstructed<T>.value, [](auto&... fields) {
    return std::array<FieldAddress, kCount>{FieldAddress{&fields}...};
  });
}

// The name that `signature` ends in, but for closing brackets.
constexpr std::string_view LastName(std::string_view signature) {
  constexpr auto is_name = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || static_cast<unsigned char>(c) >= 0x80;
  };
  std::size_t end = signature.size();
  while (!is_name(signature[end - 1])) --end;
  std::size_t begin = end;
  while (is_name(signature[begin - 1])) --begin;
  return signature.substr(begin, end - begin);
}

// Returns `const char*` because GCC would otherwise end the signature with what a `std::string_view` is.
template <FieldAddress kAddress>
constexpr const char* AddressSignature() {
  return __PRETTY_FUNCTION__;
}

template <class T, std::size_t... I>
constexpr std::array<std::string_view, sizeof...(I)> MakeFieldNames(std::index_sequence<I...>) {
  if constexpr (sizeof...(I) == 0) {
    return {};
  } else {
    constexpr auto addresses = FieldAddresses<T, sizeof...(I)>();
    return {LastName(AddressSignature<addresses[I]>())...};
  }
}

// Empty where T cannot be reflected, so that RequireReflectable is the only thing to complain.
template <class T>
constexpr auto FieldNamesOrNone() {
  if constexpr (kReflectProblem<T> == ReflectProblem::kNone) {
    return MakeFieldNames<T>(std::make_index_sequence<CountInitializers<T>()>());
  } else {
    return std::array<std::string_view, 0>();
  }
}

template <class T>
inline constexpr auto kFieldNames = FieldNamesOrNone<T>();

// States, as a compile error, why T cannot be reflected.
template <class T>
constexpr void RequireReflectable() {
  constexpr ReflectProblem problem = kReflectProblem<T>;
  static_assert(problem != ReflectProblem::kNotAggregate,
                "this type is not an aggregate: it must be a struct without constructors and private fields");
  static_assert(problem != ReflectProblem::kUnion, "a union has no fields to name: use a struct, or std::variant");
  static_assert(problem != ReflectProblem::kTooManyFields,
                "this struct has more than 32 fields: group some of them in a struct of their own");
  static_assert(problem != ReflectProblem::kBaseClass, "this struct has a base class: make the base a field instead");
  static_assert(problem != ReflectProblem::kArray, "this struct has a C array as a field: use std::array instead");
  static_assert(
      problem != ReflectProblem::kNotCountable,
      "this struct has a field that cannot be initialized from a value, such as a reference: hold a value instead");
}

}  // namespace internal

// Whether the functions below accept T; never an error.
template <class T>
concept Reflectable = internal::kReflectProblem<std::remove_cv_t<T>> == internal::ReflectProblem::kNone;

template <Reflectable T>
inline constexpr std::size_t FieldCount = internal::CountInitializers<T>();

// Calls `fn(field0, field1, ...)` with references to the fields, const where `value` is.
template <class T, class Fn>
constexpr decltype(auto) ApplyToFields(T& value, Fn&& fn) {
  internal::RequireReflectable<std::remove_const_t<T>>();
  if constexpr (Reflectable<T>) {
    return internal::CallWithFields<FieldCount<std::remove_const_t<T>>>(value, std::forward<Fn>(fn));
  }
}

// The names of the fields in the order of declaration: an array of std::string_view that lives as long as the program.
template <class T>
constexpr const auto& FieldNames() {
  internal::RequireReflectable<T>();
  return internal::kFieldNames<T>;
}

// Calls `fn(name, field)` for each field in the order of declaration.
template <class T, class Fn>
constexpr void ForEachField(T& value, Fn&& fn) {
  ApplyToFields(value, [&fn](auto&... fields) {
    [[maybe_unused]] std::size_t i = 0;
    (fn(internal::kFieldNames<std::remove_const_t<T>>[i++], fields), ...);
  });
}

}  // namespace beam
