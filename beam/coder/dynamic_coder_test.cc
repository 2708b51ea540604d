#include "beam/coder/dynamic_coder.h"

#include <gtest/gtest.h>

#include "beam/coder/coder.h"
#include "beam/coder/test_hex.h"

namespace beam {
namespace {

CoderSpec Spec(const std::string& name, std::vector<CoderSpec> components = {}) {
  return {.urn = "beam:coder:" + name + ":v1", .components = std::move(components)};
}

CoderSpec RowSpecOf(std::vector<Field> fields) {
  return {.urn = "beam:coder:row:v1", .schema = std::make_shared<Schema>(Schema{.fields = std::move(fields)})};
}

Value Decoded(const CoderSpec& spec, std::string_view hex, Context context = Context::kNested) {
  const std::string bytes = FromHex(hex);
  Reader in(bytes);
  return DynamicCoder(spec).Decode(in, context);
}

std::string Encoded(const CoderSpec& spec, const Value& value, Context context = Context::kNested) {
  Writer out;
  DynamicCoder(spec).Encode(value, out, context);
  return Hex(out.view());
}

struct Track {
  std::string title;
  std::optional<double> gain;
  std::vector<std::int16_t> peaks;
};

TEST(DynamicCoder, ReadsWhatTypedCodersWrite) {
  Writer out;
  Coder<KV<std::string, Track>>::Encode({"a", {"song", {}, {1, -2}}}, out);
  Reader in(out.view());
  const Value value = DynamicCoder(Coder<KV<std::string, Track>>::Spec()).Decode(in);
  EXPECT_EQ(DebugString(value), R"({key: "a", value: {title: "song", gain: null, peaks: [1, -2]}})");
  EXPECT_EQ(value.At("value").At("title").Get<std::string>(), "song");
}

TEST(DynamicCoder, LengthPrefixes) {
  const CoderSpec strings = Spec("kv", {Spec("string_utf8"), Spec("string_utf8")});
  const Value kv{Value::Row{{"key", {std::string("a")}}, {"value", {std::string("b")}}}};
  EXPECT_EQ(Encoded(Spec("length_prefix", {strings}), kv), "03 01 61 62");
  EXPECT_EQ(Decoded(Spec("length_prefix", {strings}), "03 01 61 62"), kv);
  // A coder that is not known here, at any depth, makes opaque bytes.
  for (const CoderSpec& unknown : {CustomCoderSpec<Track>(), Spec("kv", {Spec("varint"), CustomCoderSpec<Track>()})}) {
    EXPECT_EQ(DebugString(Decoded(Spec("length_prefix", {unknown}), "02 FF 00")), "h'FF00'");
  }
}

TEST(DynamicCoder, SpecsThatCannotBeUsedThrow) {
  EXPECT_THROW(DynamicCoder(CustomCoderSpec<Track>()), Error);
  EXPECT_THROW(DynamicCoder(Spec("kv", {Spec("varint")})), Error);
  EXPECT_THROW(DynamicCoder(Spec("length_prefix")), Error);
  EXPECT_THROW(DynamicCoder({.urn = "beam:coder:row:v1", .payload = "\x0A"}), Error);
  EXPECT_THROW(DynamicCoder(Spec("param_windowed_value", {Spec("varint"), Spec("global_window")})), Error);
  CoderSpec deep = Spec("varint");
  for (int i = 0; i < 1000; ++i) deep = Spec("iterable", {deep});
  EXPECT_THROW(DynamicCoder{deep}, Error);
}

TEST(DynamicCoder, EncodingPositionsMustBeAPermutation) {
  const auto with_positions = [](std::int32_t first, std::int32_t second) {
    Schema schema{.fields = {{.name = "a", .encoding_position = first}, {.name = "b", .encoding_position = second}},
                  .encoding_positions_set = true};
    return CoderSpec{.urn = "beam:coder:row:v1", .schema = std::make_shared<Schema>(schema)};
  };
  EXPECT_EQ(DebugString(Decoded(with_positions(1, 0), "02 00 01 01 01 02")), "{a: h'02', b: h'01'}");
  EXPECT_THROW(DynamicCoder(with_positions(0, 0)), Error);
  EXPECT_THROW(DynamicCoder(with_positions(0, 2)), Error);
  EXPECT_THROW(DynamicCoder(with_positions(-1, 0)), Error);
}

TEST(DynamicCoder, ValuesOfTheWrongKindThrow) {
  const Value text{std::string("x")};
  const Value number{std::int64_t{70000}};
  EXPECT_THROW(Encoded(Spec("varint"), text), Error);
  EXPECT_THROW(Encoded(Spec("string_utf8"), number), Error);
  EXPECT_THROW(Encoded(Spec("kv", {Spec("varint"), Spec("varint")}), Value{Value::Row{{"key", number}}}), Error);
  EXPECT_THROW(
      Encoded(RowSpecOf({{.name = "a", .type = {.atomic = AtomicType::kInt16}}}), Value{Value::Row{{"a", number}}}),
      Error);
  EXPECT_THROW(Encoded(RowSpecOf({{.name = "a"}}), Value{Value::Row{{"a", {}}}}), Error);
  EXPECT_THROW(Encoded(Spec("interval_window"), Value{Value::Row{}}), Error);
}

TEST(DynamicCoder, RowsFindTheirFieldsByName) {
  const CoderSpec row = RowSpecOf(
      {{.name = "a", .type = {.atomic = AtomicType::kInt64}}, {.name = "b", .type = {.atomic = AtomicType::kBoolean}}});
  EXPECT_EQ(Encoded(row, Value{Value::Row{{"b", {true}}, {"a", {std::int64_t{5}}}}}), "02 00 05 01");
}

TEST(DynamicCoder, RowsOfOtherVersions) {
  const CoderSpec row = RowSpecOf(
      {{.name = "a", .type = {.atomic = AtomicType::kInt64}}, {.name = "b", .type = {.atomic = AtomicType::kBoolean}}});
  EXPECT_EQ(DebugString(Decoded(row, "01 00 05")), "{a: 5, b: null}");
  EXPECT_EQ(DebugString(Decoded(row, "03 00 05 01 99", Context::kOuter)), "{a: 5, b: true}");
  EXPECT_THROW(Decoded(row, "03 00 05 01 99"), Error);
}

TEST(Value, SortsAndCompares) {
  const Value one{std::int64_t{1}};
  const Value two{std::int64_t{2}};
  EXPECT_LT(one, two);
  EXPECT_LT(Value{Value::List{one}}, (Value{Value::List{one, one}}));
  EXPECT_EQ((Value{Value::Map{{one, two}}}), (Value{Value::Map{{one, two}}}));
  EXPECT_NE((Value{Value::Row{{"a", one}}}), (Value{Value::Row{{"b", one}}}));
}

TEST(Value, ErrorsNameWhatIsThereAndWhatIsNeeded) {
  try {
    Value{std::string("x")}.Get<bool>();
    FAIL() << "got a boolean";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "a value is text where a boolean is needed: \"x\"");
  }
}

}  // namespace
}  // namespace beam
