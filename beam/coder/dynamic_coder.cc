#include "beam/coder/dynamic_coder.h"

#include <map>

#include "beam/coder/dynamic_format.h"
#include "beam/coder/formats.h"

namespace beam {
namespace {

using internal::FormatPtr;

// Specs come from other programs: their nesting must not use up the stack.
constexpr int kMaxDepth = 64;

struct Builder {
  const FetchState& fetch;
  int depth = 0;

  FormatPtr Build(const CoderSpec& spec);
  FormatPtr Component(const CoderSpec& spec, std::size_t i) {
    if (i >= spec.components.size()) throw Error("the coder " + spec.urn + " lacks a component coder");
    return Build(spec.components[i]);
  }
};

using Factory = FormatPtr (*)(Builder&, const CoderSpec&);

bool IsUnderstood(const CoderSpec& spec) {
  if (!IsStandardCoder(spec.urn)) return false;
  for (const CoderSpec& component : spec.components) {
    if (!IsUnderstood(component) && spec.urn != "beam:coder:length_prefix:v1") return false;
  }
  return true;
}

FormatPtr BuildLengthPrefix(Builder& builder, const CoderSpec& spec) {
  const bool opaque = !spec.components.empty() && !IsUnderstood(spec.components[0]);
  return LengthPrefixFormat(opaque ? internal::BytesFormat() : builder.Component(spec, 0));
}

FormatPtr BuildRow(Builder&, const CoderSpec& spec) {
  return internal::RowFormatOf(spec.schema != nullptr ? *spec.schema : ParseSchema(spec.payload));
}

FormatPtr BuildIterable(Builder& builder, const CoderSpec& spec) {
  return internal::IterableFormat(builder.Component(spec, 0), builder.fetch);
}

const std::map<std::string_view, Factory>& Factories() {
  static const std::map<std::string_view, Factory> factories = {
      {"beam:coder:bytes:v1", [](Builder&, const CoderSpec&) { return internal::BytesFormat(); }},
      {"beam:coder:string_utf8:v1", [](Builder&, const CoderSpec&) { return internal::StringFormat(); }},
      {"beam:coder:bool:v1", [](Builder&, const CoderSpec&) { return internal::BoolFormat(); }},
      {"beam:coder:varint:v1", [](Builder&, const CoderSpec&) { return internal::VarIntFormat(); }},
      {"beam:coder:double:v1", [](Builder&, const CoderSpec&) { return internal::DoubleFormat(); }},
      {"beam:coder:kv:v1",
       [](Builder& b, const CoderSpec& s) { return internal::KvFormat(b.Component(s, 0), b.Component(s, 1)); }},
      {"beam:coder:nullable:v1",
       [](Builder& b, const CoderSpec& s) { return internal::NullableFormat(b.Component(s, 0)); }},
      {"beam:coder:iterable:v1", BuildIterable},
      {"beam:coder:state_backed_iterable:v1", BuildIterable},
      {"beam:coder:length_prefix:v1", BuildLengthPrefix},
      {"beam:coder:row:v1", BuildRow},
      {"beam:coder:sharded_key:v1",
       [](Builder& b, const CoderSpec& s) { return internal::ShardedKeyFormat(b.Component(s, 0)); }},
      {"beam:coder:global_window:v1", [](Builder&, const CoderSpec&) { return internal::GlobalWindowFormat(); }},
      {"beam:coder:interval_window:v1", [](Builder&, const CoderSpec&) { return internal::IntervalWindowFormat(); }},
      {"beam:coder:custom_window:v1",
       [](Builder& b, const CoderSpec& s) { return internal::CustomWindowFormat(b.Component(s, 0)); }},
      {"beam:coder:windowed_value:v1",
       [](Builder& b, const CoderSpec& s) {
         return internal::WindowedValueFormat(b.Component(s, 0), b.Component(s, 1));
       }},
      {"beam:coder:param_windowed_value:v1",
       [](Builder& b, const CoderSpec& s) {
         return internal::ParamWindowedValueFormat(b.Component(s, 0), b.Component(s, 1), s.payload);
       }},
      {"beam:coder:timer:v1",
       [](Builder& b, const CoderSpec& s) { return internal::TimerFormat(b.Component(s, 0), b.Component(s, 1)); }},
  };
  return factories;
}

FormatPtr Builder::Build(const CoderSpec& spec) {
  const auto factory = Factories().find(spec.urn);
  if (factory == Factories().end()) throw Error("there is no coder for '" + spec.urn + "'");
  if (depth == kMaxDepth) throw Error("coders are nested more than 64 deep");
  ++depth;
  FormatPtr format = factory->second(*this, spec);
  --depth;
  return format;
}

}  // namespace

DynamicCoder::DynamicCoder(const CoderSpec& spec, const FetchState& fetch) : format_(Builder{fetch}.Build(spec)) {}

void DynamicCoder::Encode(const Value& value, Writer& out, Context context) const {
  format_->Encode(value, out, context);
}

Value DynamicCoder::Decode(Reader& in, Context context) const { return format_->Decode(in, context); }

bool IsStandardCoder(std::string_view urn) { return Factories().contains(urn); }

}  // namespace beam
