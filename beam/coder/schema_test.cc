#include "beam/coder/schema.h"

#include <gtest/gtest.h>

#include <regex>

#include "beam/base/error.h"
#include "beam/coder/test_hex.h"

namespace beam {
namespace {

using Kind = FieldType::Kind;

Schema SmallSchema() { return {.fields = {{.name = "x", .type = {.atomic = AtomicType::kInt64}}}}; }

TEST(Schema, IsProtobuf) {
  EXPECT_EQ(Hex(SerializeSchema(SmallSchema())), "0A 07 0A 01 78 1A 02 10 04");
  EXPECT_EQ(SerializeSchema({}), "");
  EXPECT_EQ(ParseSchema(""), Schema());
}

TEST(Schema, EveryKindOfTypeSurvives) {
  const FieldType text = {.atomic = AtomicType::kString, .nullable = true};
  const FieldType row = {.kind = Kind::kRow, .row = std::make_shared<Schema>(SmallSchema())};
  const Schema schema = {
      .fields = {{.name = "array", .type = {.kind = Kind::kArray, .components = {text}}, .encoding_position = 5},
                 {.name = "iterable", .type = {.kind = Kind::kIterable, .components = {row}}, .encoding_position = 4},
                 {.name = "map", .type = {.kind = Kind::kMap, .components = {text, row}}, .encoding_position = 3},
                 {.name = "row", .type = row, .id = 7, .encoding_position = 2},
                 {.name = "logical",
                  .type = {.kind = Kind::kLogical,
                           .nullable = true,
                           .components = {text},
                           .logical_urn = "beam:logical_type:var_char:v1",
                           .logical_argument = 10},
                  .encoding_position = 1},
                 {.name = "none", .type = {.atomic = AtomicType::kByte}, .encoding_position = 0}},
      .id = "12345678-1234-8234-8234-123456789abc",
      .encoding_positions_set = true};
  const std::string bytes = SerializeSchema(schema);
  EXPECT_EQ(ParseSchema(bytes), schema);
  EXPECT_EQ(SerializeSchema(ParseSchema(bytes)), bytes);
}

TEST(Schema, SkipsWhatEncodingDoesNotNeed) {
  // The small schema with a description, an option and fields of fixed width from some later version.
  const std::string bytes =
      FromHex("0A 0C 0A 01 78 12 03 61 62 63 1A 02 10 04 1A 02 0A 00 49 01 02 03 04 05 06 07 08 4D 01 02 03 04");
  EXPECT_EQ(ParseSchema(bytes), SmallSchema());
}

TEST(Schema, MalformedBytesThrow) {
  const struct {
    const char* what;
    const char* bytes;
  } cases[] = {
      {"cut off in the length", "0A"},
      {"cut off in the field", "0A 07 0A 01 78"},
      {"a field without a type", "0A 03 0A 01 78"},
      {"a type of nothing", "0A 05 0A 01 78 1A 00"},
      {"an atomic type of another century", "0A 07 0A 01 78 1A 02 10 0A"},
      {"the unspecified atomic type", "0A 07 0A 01 78 1A 02 10 00"},
      {"an array of nothing", "0A 07 0A 01 78 1A 02 1A 00"},
      {"a map without values", "0A 0B 0A 01 78 1A 06 2A 04 0A 02 10 07"},
      {"a wire type that ended with protobuf 2", "0B"},
  };
  for (const auto& c : cases) EXPECT_THROW(ParseSchema(FromHex(c.bytes)), Error) << c.what;
}

TEST(Schema, NestingIsLimited) {
  FieldType type = {.atomic = AtomicType::kString};
  for (int i = 0; i < 1000; ++i) type = {.kind = Kind::kArray, .components = {type}};
  const std::string bytes = SerializeSchema({.fields = {{.name = "x", .type = type}}});
  EXPECT_THROW(ParseSchema(bytes), Error);
}

TEST(Schema, IdsAreUuidsOfTheContents) {
  const std::string id = SchemaId(SmallSchema());
  EXPECT_TRUE(std::regex_match(id, std::regex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")))
      << id;
  Schema named = SmallSchema();
  named.id = "something";
  EXPECT_EQ(SchemaId(named), id);
  named.fields[0].name = "y";
  EXPECT_NE(SchemaId(named), id);
}

}  // namespace
}  // namespace beam
