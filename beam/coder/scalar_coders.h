// Coders of numbers, booleans, enumerations, strings and bytes as elements (outside of rows).
//
//   integers, enumerations  beam:coder:varint:v1        1000  E8 07
//   bool                    beam:coder:bool:v1          true  01
//   double, float           beam:coder:double:v1        0.1   3F B9 99 99 99 99 99 9A
//   std::string             beam:coder:string_utf8:v1   "abc" nested 03 61 62 63, outer 61 62 63
//   Bytes                   beam:coder:bytes:v1         the same
//   Void                    beam:coder:bytes:v1         nested 00, outer nothing
//
// Beam has no coder for a single float outside of rows: as in the Go SDK it travels as a double. An unsigned 64-bit
// value above the largest signed one travels as its two's complement. Strings are not checked: file names may be any
// bytes, and only an SDK that insists on UTF-8 will refuse them.
#pragma once

#include <limits>
#include <string>
#include <type_traits>

#include "beam/coder/codable.h"
#include "beam/coder/formats.h"
#include "beam/coder/kv.h"

namespace beam {
namespace internal {

template <class T>
concept Integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;

// The 64 bits that stand for an integer of any width and sign.
template <Integer T>
constexpr std::uint64_t ToVarInt(T value) {
  if constexpr (std::is_signed_v<T>) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  } else {
    return value;
  }
}

template <Integer T>
T FromVarInt(std::uint64_t bits) {
  const T value = static_cast<T>(bits);
  if (ToVarInt(value) != bits) ThrowMalformed("an integer is out of the range of its type");
  return value;
}

}  // namespace internal

template <internal::Integer T>
struct Coder<T> {
  static constexpr bool kCodable = true;
  static void Encode(T value, Writer& out, Context = Context::kNested) { out.VarInt(internal::ToVarInt(value)); }
  static T Decode(Reader& in, Context = Context::kNested) { return internal::FromVarInt<T>(in.VarInt()); }
  static std::size_t ByteSize(T value) { return VarIntSize(internal::ToVarInt(value)); }
  static CoderSpec Spec() { return {.urn = "beam:coder:varint:v1"}; }
};

template <class T>
  requires std::is_enum_v<T>
struct Coder<T> {
  using Number = std::underlying_type_t<T>;
  static constexpr bool kCodable = true;
  static void Encode(T value, Writer& out, Context = Context::kNested) {
    Coder<Number>::Encode(static_cast<Number>(value), out);
  }
  static T Decode(Reader& in, Context = Context::kNested) { return static_cast<T>(Coder<Number>::Decode(in)); }
  static std::size_t ByteSize(T value) { return Coder<Number>::ByteSize(static_cast<Number>(value)); }
  static CoderSpec Spec() { return Coder<Number>::Spec(); }
};

template <>
struct Coder<bool> {
  static void Encode(bool value, Writer& out, Context = Context::kNested) { internal::WriteBool(value, out); }
  static bool Decode(Reader& in, Context = Context::kNested) { return internal::ReadBool(in); }
  static std::size_t ByteSize(bool) { return 1; }
  static CoderSpec Spec() { return {.urn = "beam:coder:bool:v1"}; }
};

template <>
struct Coder<double> {
  using BulkType = double;
  static void Encode(double value, Writer& out, Context = Context::kNested) { internal::WriteDouble(value, out); }
  static double Decode(Reader& in, Context = Context::kNested) { return internal::ReadDouble(in); }
  static std::size_t ByteSize(double) { return 8; }
  static CoderSpec Spec() { return {.urn = "beam:coder:double:v1"}; }
};

template <>
struct Coder<float> {
  static void Encode(float value, Writer& out, Context = Context::kNested) { internal::WriteDouble(value, out); }
  static float Decode(Reader& in, Context = Context::kNested) { return static_cast<float>(internal::ReadDouble(in)); }
  static std::size_t ByteSize(float) { return 8; }
  static CoderSpec Spec() { return {.urn = "beam:coder:double:v1"}; }
};

template <>
struct Coder<std::string> {
  static void Encode(const std::string& value, Writer& out, Context context = Context::kNested) {
    internal::WriteBytes(value, out, context);
  }
  static std::string Decode(Reader& in, Context context = Context::kNested) {
    return std::string(internal::ReadBytes(in, context));
  }
  static std::size_t ByteSize(const std::string& value) { return internal::BytesSize(value.size()); }
  static CoderSpec Spec() { return {.urn = "beam:coder:string_utf8:v1"}; }
};

namespace internal {

// The element types whose vectors are byte strings.
template <class T>
concept ByteLike = std::is_same_v<T, std::byte> || std::is_same_v<T, unsigned char> || std::is_same_v<T, char>;

}  // namespace internal

template <internal::ByteLike T>
struct Coder<std::vector<T>> {
  static constexpr bool kCodable = true;
  static void Encode(const std::vector<T>& value, Writer& out, Context context = Context::kNested) {
    internal::WriteBytes({reinterpret_cast<const char*>(value.data()), value.size()}, out, context);
  }
  static std::vector<T> Decode(Reader& in, Context context = Context::kNested) {
    const std::string_view bytes = internal::ReadBytes(in, context);
    const auto* begin = reinterpret_cast<const T*>(bytes.data());
    return std::vector<T>(begin, begin + bytes.size());
  }
  static std::size_t ByteSize(const std::vector<T>& value) { return internal::BytesSize(value.size()); }
  static CoderSpec Spec() { return {.urn = "beam:coder:bytes:v1"}; }
};

template <>
struct Coder<Void> {
  static void Encode(const Void&, Writer& out, Context context = Context::kNested) {
    internal::WriteBytes({}, out, context);
  }
  static Void Decode(Reader& in, Context context = Context::kNested) {
    if (!internal::ReadBytes(in, context).empty()) internal::ThrowMalformed("a Void is not empty");
    return {};
  }
  static std::size_t ByteSize(const Void&) { return 1; }
  static CoderSpec Spec() { return {.urn = "beam:coder:bytes:v1"}; }
};

}  // namespace beam
