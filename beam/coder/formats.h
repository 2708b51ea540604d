// The byte formats of Beam's standard coders, one function each. The typed coders (Coder<T>) and the dynamic one
// (DynamicCoder) are both made of these, so a format is written down once.
//
// Thread-compatible. Reading throws Error on malformed bytes and never allocates more than the bytes at hand justify.
//
//   string, bytes   nested: VarInt length, bytes; outer: bytes       "abc"        03 61 62 63   |  61 62 63
//   bool            one byte                                         true         01
//   double, float   IEEE 754, big-endian                             0.1          3F B9 99 99 99 99 99 9A
//   varint          base 128 of the 64-bit two's complement          -1           FF FF FF FF FF FF FF FF FF 01
//   varint, 32 bit  the same of the 32-bit one (INT32 of a row)      -1           FF FF FF FF 0F
//   nullable        00, or 01 and the value                          "abc"        01 03 61 62 63
//   timestamp       milliseconds, big-endian, sign bit flipped       1000         80 00 00 00 00 00 03 E8
//   iterable        32-bit big-endian count, elements                {1, 10}      00 00 00 02 01 0A
//   .. of unknown   FF FF FF FF, (VarInt count, elements)*, 00       {1, 10}      FF FF FF FF 02 01 0A 00
//      length       where the rest is stored elsewhere, VarInt -1 and a nested token stand in place of the 00
//   row             VarInt field count, nested null bits, fields     {"a", null}  02 01 02 01 61
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "beam/base/bytes.h"
#include "beam/base/error.h"
#include "beam/coder/context.h"

namespace beam::internal {

// Throwing is kept out of line: these functions are inlined into every coder.
[[noreturn]] void ThrowMalformed(const char* what);
[[noreturn]] void ThrowTooManyElements(std::uint64_t count);

inline void WriteBytes(std::string_view value, Writer& out, Context context) {
  if (context == Context::kNested) out.VarInt(value.size());
  out.Raw(value);
}

inline std::string_view ReadBytes(Reader& in, Context context) {
  return context == Context::kNested ? in.Raw(in.VarInt()) : in.Rest();
}

inline std::size_t BytesSize(std::size_t size) { return VarIntSize(size) + size; }

inline void WriteBool(bool value, Writer& out) { out.Byte(value ? 1 : 0); }

inline bool ReadBool(Reader& in) {
  const std::uint8_t byte = in.Byte();
  if (byte > 1) ThrowMalformed("a boolean is neither 0 nor 1");
  return byte == 1;
}

inline void WriteDouble(double value, Writer& out) { out.BigEndian(std::bit_cast<std::uint64_t>(value)); }
inline double ReadDouble(Reader& in) { return std::bit_cast<double>(in.BigEndian<std::uint64_t>()); }
inline void WriteFloat(float value, Writer& out) { out.BigEndian(std::bit_cast<std::uint32_t>(value)); }
inline float ReadFloat(Reader& in) { return std::bit_cast<float>(in.BigEndian<std::uint32_t>()); }

inline void WriteVarInt32(std::int32_t value, Writer& out) { out.VarInt(static_cast<std::uint32_t>(value)); }

// Java and Python write a negative INT32 in five bytes, Go in ten: both are read.
inline std::int32_t ReadVarInt32(Reader& in) {
  const auto value = static_cast<std::int64_t>(in.VarInt());
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::uint32_t>::max()) {
    ThrowMalformed("a 32-bit integer is out of range");
  }
  return static_cast<std::int32_t>(value);
}

// Returns whether a value follows.
inline bool ReadPresent(Reader& in) {
  const std::uint8_t byte = in.Byte();
  if (byte > 1) ThrowMalformed("a null indicator is neither 0 nor 1");
  return byte == 1;
}

// The sign bit is flipped so that the bytes sort as the times do.
inline void WriteMillis(std::int64_t millis, Writer& out) {
  out.BigEndian(static_cast<std::uint64_t>(millis) ^ (std::uint64_t{1} << 63));
}
inline std::int64_t ReadMillis(Reader& in) {
  return static_cast<std::int64_t>(in.BigEndian<std::uint64_t>() ^ (std::uint64_t{1} << 63));
}

inline void WriteCount(std::size_t count, Writer& out) {
  if (count > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    ThrowTooManyElements(count);
  }
  out.BigEndian(static_cast<std::uint32_t>(count));
}

// How many elements to make room for at once: what is claimed, but no more than there are bytes left.
inline std::size_t Reservable(std::uint64_t claimed, const Reader& in) {
  return claimed < in.remaining() ? static_cast<std::size_t>(claimed) : in.remaining();
}

// Elements that take no bytes (global windows) are legitimate, but a few bytes must not stand for billions of them.
class ElementLimit {
 public:
  explicit ElementLimit(const Reader& in) : start_(in.remaining()) {}

  // To be called before each element is read.
  void Count(const Reader& in) {
    if (++elements_ > start_ - in.remaining() + kMaxEmptyElements) {
      ThrowMalformed("there are too many elements that take no bytes");
    }
  }

 private:
  static constexpr std::uint64_t kMaxEmptyElements = 1 << 16;

  std::size_t start_;
  std::uint64_t elements_ = 0;
};

struct NoMoreElements {
  [[noreturn]] void operator()(std::string_view token) const;
};

// Reads an iterable in either form. Calls `reserve(count)` where the length is known, `read()` with `in` standing at
// each element, and `rest(token)` where the remainder is stored elsewhere.
template <class Reserve, class Read, class Rest = NoMoreElements>
void ReadIterable(Reader& in, Reserve&& reserve, Read&& read, Rest&& rest = {}) {
  const auto count = static_cast<std::int32_t>(in.BigEndian<std::uint32_t>());
  ElementLimit limit(in);
  if (count >= 0) {
    reserve(Reservable(static_cast<std::uint64_t>(count), in));
    for (std::int32_t i = 0; i < count; ++i) {
      limit.Count(in);
      read();
    }
    return;
  }
  if (count != -1) ThrowMalformed("the number of elements is negative");
  while (const std::uint64_t chunk = in.VarInt()) {
    if (static_cast<std::int64_t>(chunk) == -1) return rest(ReadBytes(in, Context::kNested));
    if (static_cast<std::int64_t>(chunk) < 0) ThrowMalformed("the number of elements is negative");
    for (std::uint64_t i = 0; i < chunk; ++i) {
      limit.Count(in);
      read();
    }
  }
}

// Calls `read(in)` for each of the elements that `bytes` consists of: what a token stands for.
template <class Read>
void ReadStoredElements(std::string_view bytes, Read&& read) {
  Reader in(bytes);
  while (!in.empty()) {
    const std::size_t before = in.remaining();
    read(in);
    if (in.remaining() == before) ThrowMalformed("elements that take no bytes are followed by some");
  }
}

// What precedes the fields of a row.
struct RowHeader {
  std::uint64_t field_count;   // that the writer's schema had
  std::string_view null_bits;  // bit i % 8 of byte i / 8 belongs to field i; may be cut off where no bit is set

  bool IsNull(std::size_t field) const {
    return field / 8 < null_bits.size() && (static_cast<std::uint8_t>(null_bits[field / 8]) >> (field % 8) & 1) != 0;
  }
};

inline RowHeader ReadRowHeader(Reader& in) {
  const std::uint64_t field_count = in.VarInt();
  return {field_count, ReadBytes(in, Context::kNested)};
}

// Fields appended by a newer writer have unknown types: they can be dropped only where they end the bytes, or are null.
void SkipUnknownFields(const RowHeader& header, std::size_t known, Reader& in, Context context);

}  // namespace beam::internal
