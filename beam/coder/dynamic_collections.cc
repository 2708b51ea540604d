#include <algorithm>
#include <memory>

#include "beam/coder/dynamic_format.h"
#include "beam/coder/formats.h"

namespace beam::internal {
namespace {

Bytes ToBytes(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(begin, begin + text.size());
}

std::string_view ToView(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace

FormatPtr KvFormat(const FormatPtr& key, const FormatPtr& value) {
  return MakeValueFormat(
      [=](const Value& kv, Writer& out, Context context) {
        key->Encode(kv.At("key"), out, Context::kNested);
        value->Encode(kv.At("value"), out, context);
      },
      [=](Reader& in, Context context) {
        Value first = key->Decode(in, Context::kNested);
        return Value{Value::Row{{"key", std::move(first)}, {"value", value->Decode(in, context)}}};
      });
}

FormatPtr NullableFormat(const FormatPtr& format) {
  return MakeValueFormat(
      [=](const Value& value, Writer& out, Context context) {
        out.Byte(value.is_null() ? 0 : 1);
        if (!value.is_null()) format->Encode(value, out, context);
      },
      [=](Reader& in, Context context) { return ReadPresent(in) ? format->Decode(in, context) : Value(); });
}

FormatPtr IterableFormat(const FormatPtr& element, const FetchState& fetch) {
  return MakeValueFormat(
      [=](const Value& values, Writer& out, Context) {
        WriteCount(values.Get<Value::List>().size(), out);
        for (const Value& value : values.Get<Value::List>()) element->Encode(value, out, Context::kNested);
      },
      [=](Reader& in, Context) {
        Value::List values;
        ReadIterable(
            in, [](std::size_t) {}, [&] { values.push_back(element->Decode(in, Context::kNested)); },
            [&](std::string_view token) {
              if (!fetch) NoMoreElements()(token);
              const std::string bytes = fetch(token);
              ReadStoredElements(bytes,
                                 [&](Reader& stored) { values.push_back(element->Decode(stored, Context::kNested)); });
            });
        return Value{std::move(values)};
      });
}

FormatPtr MapFormatOf(const FormatPtr& key, const FormatPtr& value) {
  return MakeValueFormat(
      [=](const Value& entries, Writer& out, Context) {
        WriteCount(entries.Get<Value::Map>().size(), out);
        for (const auto& [k, v] : entries.Get<Value::Map>()) {
          key->Encode(k, out, Context::kNested);
          value->Encode(v, out, Context::kNested);
        }
      },
      [=](Reader& in, Context) {
        Value::Map entries;
        ReadIterable(
            in, [](std::size_t) {},
            [&] {
              Value k = key->Decode(in, Context::kNested);
              entries.push_back({std::move(k), value->Decode(in, Context::kNested)});
            });
        std::stable_sort(entries.begin(), entries.end(),
                         [](const MapEntry& a, const MapEntry& b) { return a.key < b.key; });
        return Value{std::move(entries)};
      });
}

FormatPtr LengthPrefixFormat(const FormatPtr& format) {
  return MakeValueFormat(
      [=](const Value& value, Writer& out, Context) {
        Writer inner;
        format->Encode(value, inner, Context::kOuter);
        WriteBytes(inner.view(), out, Context::kNested);
      },
      [=](Reader& in, Context) {
        Reader inner(ReadBytes(in, Context::kNested));
        return format->Decode(inner, Context::kOuter);
      });
}

FormatPtr ShardedKeyFormat(const FormatPtr& key) {
  return MakeValueFormat(
      [=](const Value& sharded, Writer& out, Context) {
        WriteBytes(ToView(sharded.At("shardId").Get<Bytes>()), out, Context::kNested);
        key->Encode(sharded.At("key"), out, Context::kNested);
      },
      [=](Reader& in, Context) {
        Value shard_id{ToBytes(ReadBytes(in, Context::kNested))};
        return Value{Value::Row{{"shardId", std::move(shard_id)}, {"key", key->Decode(in, Context::kNested)}}};
      });
}

}  // namespace beam::internal
