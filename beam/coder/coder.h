// Coder<T>: how values travel between steps. This header has the coders of all types that need nothing from their user:
// numbers, strings, bytes, enumerations, KV, std::optional, collections, and every aggregate, std::pair and std::tuple
// as a Beam row with its field names. codable.h says what a coder is and how a type gets one of its own.
//
//   struct Failure { std::string path; std::string reason; };
//   Writer out;
//   Coder<Failure>::Encode({"a.mp3", "empty"}, out);        // 02 00 05 61 2E 6D 70 33 05 65 6D 70 74 79
//
// A struct that contains itself (a tree of vectors of itself) has no coder, as Beam's schemas have no recursion.
#pragma once

#include "beam/coder/codable.h"
#include "beam/coder/collection_coders.h"
#include "beam/coder/row_format.h"
#include "beam/coder/scalar_coders.h"

namespace beam {
namespace internal {

template <class T>
inline constexpr bool kIsRowCodable = [] {
  if constexpr (RowShape<T>::kIsRow) {
    return RowShape<T>::Fields::kCodable;
  } else {
    return false;
  }
}();

template <class>
inline constexpr bool kNever = false;

template <class T>
constexpr void RequireCodableField() {
  if constexpr (std::is_pointer_v<T>) {
    static_assert(kNever<T>, "a pointer field cannot travel to another process: hold a value, or make it in Setup()");
  } else if constexpr (!FieldCoder<T>::kCodable) {
    static_assert(kNever<T>,
                  "a field of this struct has no coder: make its type an aggregate of codable fields, or "
                  "specialise beam::Coder for it");
  }
}

// States, as one compile error, why T is not codable.
template <class T>
constexpr void RequireRow() {
  if constexpr (!std::is_aggregate_v<T> && !RowShape<T>::kIsRow) {
    static_assert(kNever<T>, "T has no coder: make it an aggregate of codable fields, or specialise beam::Coder<T>");
  } else if constexpr (!RowShape<T>::kIsRow) {
    RequireReflectable<T>();
  } else {
    []<class... F>(TypeList<F...>) { (RequireCodableField<F>(), ...); }(typename RowShape<T>::Fields());
  }
}

inline CoderSpec RowSpec(std::shared_ptr<const Schema> schema) {
  return {.urn = "beam:coder:row:v1", .schema = std::move(schema)};
}

// The coder of whatever has a RowShape. Where T cannot be encoded, calling a function is a compile error that says why;
// asking Codable<T> is not.
template <class T>
struct RowCoder {
  static constexpr bool kCodable = kIsRowCodable<T>;
  static constexpr bool kIsRow = true;

  static void Encode(const T& value, Writer& out, Context = Context::kNested) {
    RequireRow<T>();
    if constexpr (kCodable) RowFormat<T>::Encode(value, out);
  }

  static T Decode(Reader& in, Context context = Context::kNested) {
    RequireRow<T>();
    if constexpr (kCodable) {
      return RowFormat<T>::Decode(in, context);
    } else {
      __builtin_unreachable();
    }
  }

  static std::size_t ByteSize(const T& value) {
    RequireRow<T>();
    if constexpr (kCodable) {
      return RowFormat<T>::ByteSize(value);
    } else {
      return 0;
    }
  }

  static CoderSpec Spec() {
    RequireRow<T>();
    if constexpr (kCodable) {
      return RowSpec(RowFormat<T>::MakeSchema());
    } else {
      return {};
    }
  }
};

}  // namespace internal

// Everything without a coder of its own is a row, or has none.
template <class T>
struct Coder : internal::RowCoder<T> {};

namespace internal {

template <class T>
struct RowFieldCoder {
  static constexpr bool kCodable = kIsRowCodable<T>;
  static FieldType Type() { return {.kind = FieldType::Kind::kRow, .row = RowFormat<T>::MakeSchema()}; }
  static void Encode(const T& value, Writer& out) { RowFormat<T>::Encode(value, out); }
  static T Decode(Reader& in) { return RowFormat<T>::Decode(in, Context::kNested); }
  static std::size_t ByteSize(const T& value) { return RowFormat<T>::ByteSize(value); }
};

// A field of a type with a coder of its own: its outer encoding as BYTES.
template <class T>
struct OpaqueFieldCoder {
  static constexpr bool kCodable = Codable<T>;
  static FieldType Type() { return Atomic(AtomicType::kBytes); }
  static void Encode(const T& value, Writer& out) {
    Writer inner;
    Coder<T>::Encode(value, inner, Context::kOuter);
    WriteBytes(inner.view(), out, Context::kNested);
  }
  static T Decode(Reader& in) {
    Reader inner(ReadBytes(in, Context::kNested));
    return Coder<T>::Decode(inner, Context::kOuter);
  }
  static std::size_t ByteSize(const T& value) { return BytesSize(Coder<T>::ByteSize(value)); }
};

template <class T>
    struct FieldCoder : std::conditional_t < requires {
  Coder<T>::kIsRow;
}, RowFieldCoder<T>, OpaqueFieldCoder < T >>{};

template <class K, class V>
struct FieldCoder<KV<K, V>> : RowFieldCoder<KV<K, V>> {};

}  // namespace internal
}  // namespace beam
