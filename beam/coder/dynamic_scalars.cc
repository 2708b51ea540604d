#include <limits>
#include <string>

#include "beam/coder/decimal.h"
#include "beam/coder/dynamic_format.h"
#include "beam/coder/field_coders.h"
#include "beam/coder/formats.h"

namespace beam::internal {
namespace {

// An integer field as the typed coders write it.
template <class T>
FormatPtr IntegerFieldFormat() {
  return MakeSimpleFormat<std::int64_t>(
      [](std::int64_t value, Writer& out, Context) {
        if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) {
          throw Error("the integer " + std::to_string(value) + " does not fit a field of "
                      + std::to_string(8 * sizeof(T)) + " bits");
        }
        FieldCoder<T>::Encode(static_cast<T>(value), out);
      },
      [](Reader& in, Context) { return FieldCoder<T>::Decode(in); });
}

}  // namespace

FormatPtr BytesFormat() {
  return MakeSimpleFormat<Bytes>(
      [](const Bytes& value, Writer& out, Context c) { Coder<Bytes>::Encode(value, out, c); },
      [](Reader& in, Context c) { return Coder<Bytes>::Decode(in, c); });
}

FormatPtr StringFormat() {
  return MakeSimpleFormat<std::string>(
      [](const std::string& value, Writer& out, Context c) { WriteBytes(value, out, c); },
      [](Reader& in, Context c) { return ReadBytes(in, c); });
}

FormatPtr BoolFormat() {
  return MakeSimpleFormat<bool>([](bool value, Writer& out, Context) { WriteBool(value, out); },
                                [](Reader& in, Context) { return ReadBool(in); });
}

FormatPtr VarIntFormat() {
  return MakeSimpleFormat<std::int64_t>(
      [](std::int64_t value, Writer& out, Context) { Coder<std::int64_t>::Encode(value, out); },
      [](Reader& in, Context) { return Coder<std::int64_t>::Decode(in); });
}

FormatPtr DoubleFormat() {
  return MakeSimpleFormat<double>([](double value, Writer& out, Context) { WriteDouble(value, out); },
                                  [](Reader& in, Context) { return ReadDouble(in); });
}

FormatPtr FormatOfAtomic(AtomicType type) {
  switch (type) {
    case AtomicType::kByte: return IntegerFieldFormat<std::int8_t>();
    case AtomicType::kInt16: return IntegerFieldFormat<std::int16_t>();
    case AtomicType::kInt32: return IntegerFieldFormat<std::int32_t>();
    case AtomicType::kInt64: return VarIntFormat();
    case AtomicType::kFloat:
      return MakeSimpleFormat<double>(
          [](double value, Writer& out, Context) { WriteFloat(static_cast<float>(value), out); },
          [](Reader& in, Context) { return ReadFloat(in); });
    case AtomicType::kDouble: return DoubleFormat();
    case AtomicType::kString: return StringFormat();
    case AtomicType::kBoolean: return BoolFormat();
    case AtomicType::kBytes: return BytesFormat();
  }
  throw Error("a schema has an unknown atomic type");
}

FormatPtr DecimalFormat() {
  return MakeSimpleFormat<std::string>([](const std::string& text, Writer& out, Context) { WriteDecimal(text, out); },
                                       [](Reader& in, Context) { return ReadDecimal(in); });
}

FormatPtr MillisFormat() {
  return MakeSimpleFormat<std::int64_t>([](std::int64_t millis, Writer& out, Context) { WriteMillis(millis, out); },
                                        [](Reader& in, Context) { return ReadMillis(in); });
}

}  // namespace beam::internal
