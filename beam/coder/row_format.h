// Rows: beam:coder:row:v1, for aggregates, std::pair, std::tuple and KV.
//
//   VarInt number of fields, the null bits as nested bytes (empty where nothing is null), then the fields that are not
//   null, one after another, each as in field_coders.h. struct { std::string name; std::optional<std::int32_t> age; }:
//     {"ann", 7}      02 00 03 61 6E 6E 07
//     {"ann", null}   02 01 02 03 61 6E 6E
//
// Decoding follows Beam's rules of schema evolution: fields that the bytes lack keep their default (or are null), and
// appended fields are dropped where the row ends the bytes. So fields are only ever appended.
#pragma once

#include <array>
#include <memory>
#include <tuple>
#include <utility>

#include "beam/coder/field_coders.h"
#include "beam/coder/reflect.h"

namespace beam::internal {

template <class... Fields>
struct TypeList {
  static constexpr std::size_t kSize = sizeof...(Fields);
  static constexpr bool kCodable = (... && FieldCoder<Fields>::kCodable);
};

// RowShape<T> is how T is taken apart: kIsRow, Fields (a TypeList), Names(), Apply(value, fn).
template <class T>
struct RowShape {
  static constexpr bool kIsRow = false;
};

template <class T>
  requires(std::is_aggregate_v<T> && std::is_class_v<T> && Reflectable<T>)
struct RowShape<T> {
  static constexpr bool kIsRow = true;
  using Fields = decltype(ApplyToFields(std::declval<const T&>(), [](const auto&... fields) {
    return TypeList<std::remove_cvref_t<decltype(fields)>...>{};
  }));
  static constexpr const auto& Names() { return FieldNames<T>(); }
  template <class Value, class Fn>
  static decltype(auto) Apply(Value& value, Fn&& fn) {
    return ApplyToFields(value, std::forward<Fn>(fn));
  }
};

inline constexpr std::array<std::string_view, kMaxFields> kTupleFieldNames = {
    "f0",  "f1",  "f2",  "f3",  "f4",  "f5",  "f6",  "f7",  "f8",  "f9",  "f10", "f11", "f12", "f13", "f14", "f15",
    "f16", "f17", "f18", "f19", "f20", "f21", "f22", "f23", "f24", "f25", "f26", "f27", "f28", "f29", "f30", "f31"};

template <class Tuple, class... Elements>
struct TupleShape {
  static_assert(sizeof...(Elements) <= kMaxFields, "a tuple of more than 32 elements cannot be a row");
  static constexpr bool kIsRow = true;
  using Fields = TypeList<Elements...>;
  static constexpr const auto& Names() { return kTupleFieldNames; }
  template <class Value, class Fn>
  static decltype(auto) Apply(Value& value, Fn&& fn) {
    return std::apply(std::forward<Fn>(fn), value);
  }
};

template <class... Elements>
struct RowShape<std::tuple<Elements...>> : TupleShape<std::tuple<Elements...>, Elements...> {};
template <class First, class Second>
struct RowShape<std::pair<First, Second>> : TupleShape<std::pair<First, Second>, First, Second> {};

[[noreturn]] void ThrowNullField(std::string_view name);
[[noreturn]] void ThrowMissingField(std::string_view name);

struct FieldEntry {
  std::string_view name;
  FieldType (*type)();
};

std::shared_ptr<const Schema> MakeRowSchema(const FieldEntry* fields, std::size_t count);

// The functions for one field do not depend on the struct, so that they are compiled once for each type of field.

template <class F>
bool IsNullField(const F& field) {
  if constexpr (kIsOptional<F>) {
    return !field.has_value();
  } else {
    return false;
  }
}

template <class F>
void EncodeRowField(const F& field, Writer& out) {
  if constexpr (kIsOptional<F>) {
    if (field.has_value()) FieldCoder<typename F::value_type>::Encode(*field, out);
  } else {
    FieldCoder<F>::Encode(field, out);
  }
}

template <class F>
std::size_t RowFieldSize(const F& field) {
  if constexpr (kIsOptional<F>) {
    return field.has_value() ? FieldCoder<typename F::value_type>::ByteSize(*field) : 0;
  } else {
    return FieldCoder<F>::ByteSize(field);
  }
}

// Field i of the bytes, which has one.
template <class F>
F DecodeRowField(const RowHeader& header, std::size_t i, std::string_view name, Reader& in) {
  if constexpr (kIsOptional<F>) {
    if (header.IsNull(i)) return std::nullopt;
    return FieldCoder<typename F::value_type>::Decode(in);
  } else {
    if (header.IsNull(i)) ThrowNullField(name);
    return FieldCoder<F>::Decode(in);
  }
}

template <class F>
void AssignRowField(const RowHeader& header, std::size_t i, std::string_view name, Reader& in, F& field) {
  if (i < header.field_count) field = DecodeRowField<F>(header, i, name, in);
}

template <class F>
F RowFieldOrDefault(const RowHeader& header, std::size_t i, std::string_view name, Reader& in) {
  if (i < header.field_count) return DecodeRowField<F>(header, i, name, in);
  if constexpr (std::is_default_constructible_v<F>) {
    return F{};
  } else {
    ThrowMissingField(name);
  }
}

template <class T>
struct RowFormat {
  using Shape = RowShape<T>;
  using Fields = typename Shape::Fields;
  static constexpr std::size_t kCount = Fields::kSize;

  static void Encode(const T& value, Writer& out) {
    out.VarInt(kCount);
    Shape::Apply(value, [&out](const auto&... fields) {
      EncodeNulls(out, fields...);
      (EncodeRowField(fields, out), ...);
    });
  }

  static T Decode(Reader& in, Context context) {
    const RowHeader header = ReadRowHeader(in);
    if constexpr (kAssignable) {
      T value{};
      Shape::Apply(value, [&](auto&... fields) {
        [[maybe_unused]] std::size_t i = 0;
        ((AssignRowField(header, i, Shape::Names()[i], in, fields), ++i), ...);
      });
      SkipUnknownFields(header, kCount, in, context);
      return value;
    } else {
      T value = Construct(header, in, Fields(), std::make_index_sequence<kCount>());
      SkipUnknownFields(header, kCount, in, context);
      return value;
    }
  }

  static std::size_t ByteSize(const T& value) {
    return Shape::Apply(value, [](const auto&... fields) {
      const bool any_null = (... || IsNullField(fields));
      return VarIntSize(kCount) + 1 + (any_null ? (kCount + 7) / 8 : 0) + (std::size_t{0} + ... + RowFieldSize(fields));
    });
  }

  static std::shared_ptr<const Schema> MakeSchema() {
    return MakeSchemaOf(Fields(), std::make_index_sequence<kCount>());
  }

 private:
  // Whether a default value can be made first and its fields assigned, so that absent ones keep the struct's defaults.
  static constexpr bool IsAssignable() {
    if constexpr (std::is_default_constructible_v<T>) {
      return decltype(Shape::Apply(std::declval<T&>(), [](auto&... fields) {
        return std::bool_constant<(... && std::is_move_assignable_v<std::remove_reference_t<decltype(fields)>>)>();
      }))::value;
    } else {
      return false;
    }
  }
  static constexpr bool kAssignable = IsAssignable();

  template <class... F>
  static void EncodeNulls(Writer& out, const F&... fields) {
    if constexpr ((... || kIsOptional<F>)) {
      if ((... || IsNullField(fields))) {
        std::array<std::uint8_t, (kCount + 7) / 8> bits{};
        std::size_t i = 0;
        ((bits[i / 8] |= static_cast<std::uint8_t>(IsNullField(fields) << (i % 8)), ++i), ...);
        out.VarInt(bits.size());
        out.Raw(bits.data(), bits.size());
        return;
      }
    }
    out.Byte(0);
  }

  // Braces evaluate from left to right, which is the order of the fields in the bytes.
  template <class... F, std::size_t... I>
  static T Construct(const RowHeader& header, Reader& in, TypeList<F...>, std::index_sequence<I...>) {
    return T{RowFieldOrDefault<F>(header, I, Shape::Names()[I], in)...};
  }

  template <class... F, std::size_t... I>
  static std::shared_ptr<const Schema> MakeSchemaOf(TypeList<F...>, std::index_sequence<I...>) {
    if constexpr (kCount == 0) {
      return MakeRowSchema(nullptr, 0);
    } else {
      static constexpr FieldEntry kEntries[] = {{Shape::Names()[I], &FieldCoder<F>::Type}...};
      return MakeRowSchema(kEntries, kCount);
    }
  }
};

}  // namespace beam::internal
