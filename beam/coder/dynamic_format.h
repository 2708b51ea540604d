// The pieces that DynamicCoder is made of: one object for each coder in a spec, and for each type in a row's schema.
#pragma once

#include <memory>
#include <string>

#include "beam/coder/context.h"
#include "beam/coder/dynamic_coder.h"
#include "beam/coder/schema.h"
#include "beam/coder/value.h"

namespace beam::internal {

class DynamicFormat {
 public:
  virtual ~DynamicFormat() = default;
  virtual void Encode(const Value& value, Writer& out, Context context) const = 0;
  virtual Value Decode(Reader& in, Context context) const = 0;
};

using FormatPtr = std::shared_ptr<const DynamicFormat>;

// A format of two plain functions: `encode(const Kind&, out, context)`, where Kind is an alternative of Value, and
// `decode(in, context)`, which returns the same.
template <class Kind, class EncodeFn, class DecodeFn>
class SimpleFormat final : public DynamicFormat {
 public:
  SimpleFormat(EncodeFn encode, DecodeFn decode) : encode_(encode), decode_(decode) {}
  void Encode(const Value& value, Writer& out, Context context) const override {
    encode_(value.Get<Kind>(), out, context);
  }
  Value Decode(Reader& in, Context context) const override { return {Kind(decode_(in, context))}; }

 private:
  EncodeFn encode_;
  DecodeFn decode_;
};

template <class Kind, class EncodeFn, class DecodeFn>
FormatPtr MakeSimpleFormat(EncodeFn encode, DecodeFn decode) {
  return std::make_shared<SimpleFormat<Kind, EncodeFn, DecodeFn>>(encode, decode);
}

// A format of whole values.
template <class EncodeFn, class DecodeFn>
class ValueFormat final : public DynamicFormat {
 public:
  ValueFormat(EncodeFn encode, DecodeFn decode) : encode_(std::move(encode)), decode_(std::move(decode)) {}
  void Encode(const Value& value, Writer& out, Context context) const override { encode_(value, out, context); }
  Value Decode(Reader& in, Context context) const override { return decode_(in, context); }

 private:
  EncodeFn encode_;
  DecodeFn decode_;
};

template <class EncodeFn, class DecodeFn>
FormatPtr MakeValueFormat(EncodeFn encode, DecodeFn decode) {
  return std::make_shared<ValueFormat<EncodeFn, DecodeFn>>(std::move(encode), std::move(decode));
}

// dynamic_scalars.cc
FormatPtr BytesFormat();
FormatPtr StringFormat();
FormatPtr BoolFormat();
FormatPtr VarIntFormat();
FormatPtr DoubleFormat();
FormatPtr FormatOfAtomic(AtomicType type);
FormatPtr DecimalFormat();
FormatPtr MillisFormat();

// dynamic_collections.cc
FormatPtr KvFormat(const FormatPtr& key, const FormatPtr& value);
FormatPtr NullableFormat(const FormatPtr& value);
FormatPtr IterableFormat(const FormatPtr& element, const FetchState& fetch);
FormatPtr MapFormatOf(const FormatPtr& key, const FormatPtr& value);
FormatPtr LengthPrefixFormat(const FormatPtr& value);
FormatPtr ShardedKeyFormat(const FormatPtr& key);

// dynamic_windows.cc. `window` is one of the window formats here.
FormatPtr GlobalWindowFormat();
FormatPtr IntervalWindowFormat();
FormatPtr CustomWindowFormat(const FormatPtr& window);
FormatPtr WindowedValueFormat(const FormatPtr& element, const FormatPtr& window);
FormatPtr ParamWindowedValueFormat(const FormatPtr& element, const FormatPtr& window, const std::string& payload);
FormatPtr TimerFormat(const FormatPtr& key, const FormatPtr& window);

// dynamic_rows.cc
FormatPtr RowFormatOf(const Schema& schema);

}  // namespace beam::internal
