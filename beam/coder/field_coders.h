// How values travel as fields of rows, and what schemas call them.
//
//   bool BOOLEAN   float FLOAT   double DOUBLE   std::string STRING   Bytes BYTES
//   int8 BYTE (one byte)   int16 INT16 (big-endian)   int32 INT32, int64 INT64 (varint)
//   unsigned integers take the next wider signed type, so that other SDKs read the same numbers; uint64 is INT64
//   std::optional  nullable   vector, array, set  ARRAY   map  MAP   aggregate, pair, tuple, KV  ROW
//   anything else with a Coder  BYTES: the coder's outer encoding
//
//   int8 -1  FF     int16 -2  FF FE     int32 -1  FF FF FF FF 0F     uint8 255  00 FF     float 1  3F 80 00 00
//   std::vector<float>{1, -2}  00 00 00 02 3F 80 00 00 C0 00 00 00     optional inside an array  00, or 01 and the
//   value
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "beam/coder/collection_coders.h"

namespace beam::internal {

// FieldCoder<T> has kCodable, Type(), Encode(value, out), Decode(in) and ByteSize(value).
template <class T>
struct FieldCoder;

inline FieldType Atomic(AtomicType type) { return {.atomic = type}; }

// The narrowest signed integer that holds every T; 64 bits for the widest.
template <class T>
using WireInteger =
    std::conditional_t<(sizeof(T) + (std::is_signed_v<T> || std::is_same_v<T, char> ? 0 : 1) <= 1), std::int8_t,
                       std::conditional_t<(sizeof(T) + (std::is_signed_v<T> ? 0 : 1) <= 2), std::int16_t,
                                          std::conditional_t<(sizeof(T) + (std::is_signed_v<T> ? 0 : 1) <= 4),
                                                             std::int32_t, std::int64_t>>>;

struct NotBulk {};
template <class T>
struct Bulk {
  using BulkType = T;
};

template <Integer T>
struct FieldCoder<T>
    : std::conditional_t<std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::int16_t>, Bulk<T>, NotBulk> {
  using Wire = WireInteger<T>;
  static constexpr bool kCodable = true;

  static FieldType Type() {
    if constexpr (sizeof(Wire) == 1) return Atomic(AtomicType::kByte);
    if constexpr (sizeof(Wire) == 2) return Atomic(AtomicType::kInt16);
    if constexpr (sizeof(Wire) == 4) return Atomic(AtomicType::kInt32);
    return Atomic(AtomicType::kInt64);
  }

  static void Encode(T value, Writer& out) {
    const auto wire = static_cast<Wire>(value);
    if constexpr (sizeof(Wire) <= 2) {
      out.BigEndian(static_cast<std::make_unsigned_t<Wire>>(wire));
    } else if constexpr (sizeof(Wire) == 4) {
      WriteVarInt32(wire, out);
    } else {
      out.VarInt(static_cast<std::uint64_t>(wire));
    }
  }

  static T Decode(Reader& in) {
    const Wire wire = DecodeWire(in);
    const T value = static_cast<T>(wire);
    if (static_cast<Wire>(value) != wire) ThrowMalformed("an integer is out of the range of its field");
    return value;
  }

  static std::size_t ByteSize(T value) {
    if constexpr (sizeof(Wire) <= 2) return sizeof(Wire);
    if constexpr (sizeof(Wire) == 4) return VarIntSize(static_cast<std::uint32_t>(static_cast<Wire>(value)));
    return VarIntSize(static_cast<std::uint64_t>(static_cast<Wire>(value)));
  }

 private:
  static Wire DecodeWire(Reader& in) {
    if constexpr (sizeof(Wire) <= 2) {
      return static_cast<Wire>(in.BigEndian<std::make_unsigned_t<Wire>>());
    } else if constexpr (sizeof(Wire) == 4) {
      return ReadVarInt32(in);
    } else {
      return static_cast<Wire>(in.VarInt());
    }
  }
};

template <class T>
  requires std::is_enum_v<T>
struct FieldCoder<T> {
  using Number = std::underlying_type_t<T>;
  static constexpr bool kCodable = true;
  static FieldType Type() { return FieldCoder<Number>::Type(); }
  static void Encode(T value, Writer& out) { FieldCoder<Number>::Encode(static_cast<Number>(value), out); }
  static T Decode(Reader& in) { return static_cast<T>(FieldCoder<Number>::Decode(in)); }
  static std::size_t ByteSize(T value) { return FieldCoder<Number>::ByteSize(static_cast<Number>(value)); }
};

template <>
struct FieldCoder<float> {
  using BulkType = float;
  static constexpr bool kCodable = true;
  static FieldType Type() { return Atomic(AtomicType::kFloat); }
  static void Encode(float value, Writer& out) { WriteFloat(value, out); }
  static float Decode(Reader& in) { return ReadFloat(in); }
  static std::size_t ByteSize(float) { return 4; }
};

// The types whose bytes are the same in rows as elsewhere.
template <class T, AtomicType kType>
struct SameFieldCoder : Coder<T> {
  static constexpr bool kCodable = true;
  static FieldType Type() { return Atomic(kType); }
};

template <>
struct FieldCoder<bool> : SameFieldCoder<bool, AtomicType::kBoolean> {};
template <>
struct FieldCoder<double> : SameFieldCoder<double, AtomicType::kDouble> {};
template <>
struct FieldCoder<std::string> : SameFieldCoder<std::string, AtomicType::kString> {};
template <>
struct FieldCoder<Void> : SameFieldCoder<Void, AtomicType::kBytes> {};
template <ByteLike T>
struct FieldCoder<std::vector<T>> : SameFieldCoder<std::vector<T>, AtomicType::kBytes> {};

template <>
struct FieldCoder<std::byte> {
  static constexpr bool kCodable = true;
  static FieldType Type() { return Atomic(AtomicType::kByte); }
  static void Encode(std::byte value, Writer& out) { out.Byte(static_cast<std::uint8_t>(value)); }
  static std::byte Decode(Reader& in) { return static_cast<std::byte>(in.Byte()); }
  static std::size_t ByteSize(std::byte) { return 1; }
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

// Inside arrays and maps. Fields of rows keep their nulls in the row's bits instead (row_format.h).
template <class T>
struct FieldCoder<std::optional<T>> {
  static constexpr bool kCodable = FieldCoder<T>::kCodable && !kIsOptional<T>;
  static FieldType Type() {
    FieldType type = FieldCoder<T>::Type();
    type.nullable = true;
    return type;
  }
  static void Encode(const std::optional<T>& value, Writer& out) {
    out.Byte(value.has_value() ? 1 : 0);
    if (value.has_value()) FieldCoder<T>::Encode(*value, out);
  }
  static std::optional<T> Decode(Reader& in) {
    if (!ReadPresent(in)) return std::nullopt;
    return FieldCoder<T>::Decode(in);
  }
  static std::size_t ByteSize(const std::optional<T>& value) {
    return 1 + (value.has_value() ? FieldCoder<T>::ByteSize(*value) : 0);
  }
};

template <class T>
FieldType ArrayType() {
  return {.kind = FieldType::Kind::kArray, .components = {FieldCoder<T>::Type()}};
}

template <class T>
struct FieldCoder<std::vector<T>> : VectorFormat<T, FieldCoder<T>> {
  static constexpr bool kCodable = FieldCoder<T>::kCodable;
  static FieldType Type() { return ArrayType<T>(); }
};

template <class T, std::size_t kSize>
struct FieldCoder<std::array<T, kSize>> : ArrayFormat<T, kSize, FieldCoder<T>> {
  static constexpr bool kCodable = FieldCoder<T>::kCodable;
  static FieldType Type() { return ArrayType<T>(); }
};

template <class Set>
struct SetFieldCoder : SetFormat<Set, FieldCoder<typename Set::key_type>> {
  static constexpr bool kCodable = FieldCoder<typename Set::key_type>::kCodable;
  static FieldType Type() { return ArrayType<typename Set::key_type>(); }
};

template <class Map, class Key = FieldCoder<typename Map::key_type>,
          class Value = FieldCoder<typename Map::mapped_type>>
struct MapFieldCoder : MapFormat<Map, Key, Value> {
  static constexpr bool kCodable = Key::kCodable && Value::kCodable;
  static FieldType Type() { return {.kind = FieldType::Kind::kMap, .components = {Key::Type(), Value::Type()}}; }
};

template <class T, class C, class A>
struct FieldCoder<std::set<T, C, A>> : SetFieldCoder<std::set<T, C, A>> {};
template <class T, class H, class E, class A>
struct FieldCoder<std::unordered_set<T, H, E, A>> : SetFieldCoder<std::unordered_set<T, H, E, A>> {};
template <class K, class V, class C, class A>
struct FieldCoder<std::map<K, V, C, A>> : MapFieldCoder<std::map<K, V, C, A>> {};
template <class K, class V, class H, class E, class A>
struct FieldCoder<std::unordered_map<K, V, H, E, A>> : MapFieldCoder<std::unordered_map<K, V, H, E, A>> {};

}  // namespace beam::internal
