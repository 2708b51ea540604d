// Schemas of rows and the description of coders, as plain values.
//
// Schema mirrors Beam's schema.proto (the payload of beam:coder:row:v1) as far as encoding needs it; CoderSpec mirrors
// the Coder message with its components in place instead of by id. Both are values: copy, compare and share them
// freely.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace beam {

struct Field;
struct Schema;

// The numbers are those of schema.proto.
enum class AtomicType { kByte = 1, kInt16, kInt32, kInt64, kFloat, kDouble, kString, kBoolean, kBytes };

struct FieldType {
  enum class Kind { kAtomic, kArray, kIterable, kMap, kRow, kLogical };

  Kind kind = Kind::kAtomic;
  AtomicType atomic = AtomicType::kBytes;  // of kAtomic
  bool nullable = false;
  std::vector<FieldType> components = {};       // array, iterable: element; map: key, value; logical: representation
  std::shared_ptr<const Schema> row = nullptr;  // of kRow
  std::string logical_urn = {};                 // of kLogical
  std::optional<std::int64_t> logical_argument = {};  // of kLogical, where it is an integer (a length, a precision)

  bool operator==(const FieldType& other) const;
};

struct Field {
  std::string name = {};
  FieldType type = {};
  std::int32_t id = 0;                 // of other SDKs; ours leave it 0
  std::int32_t encoding_position = 0;  // meaningful where Schema::encoding_positions_set

  bool operator==(const Field&) const = default;
};

struct Schema {
  std::vector<Field> fields = {};
  std::string id = {};  // a UUID; empty until it is known
  bool encoding_positions_set = false;

  bool operator==(const Schema&) const = default;
};

// What a coder is in Beam's terms.
struct CoderSpec {
  std::string urn = {};
  std::vector<CoderSpec> components = {};
  std::string payload = {};                        // of coders other than rows
  std::shared_ptr<const Schema> schema = nullptr;  // of rows, instead of the payload

  bool operator==(const CoderSpec& other) const;
};

// "kv(varint, length_prefix(row))": for messages.
std::string CoderText(const CoderSpec& coder);

// Schema.proto's bytes, and back. Parsing throws Error on malformed bytes; what encoding does not need (descriptions,
// options) is skipped. Example: the schema {x: INT64} without id is 0A 07 0A 01 78 1A 02 10 04.
std::string SerializeSchema(const Schema& schema);
Schema ParseSchema(std::string_view bytes);

// A UUID made from the fields alone, so that equal schemas have equal ids in every process.
std::string SchemaId(const Schema& schema);

}  // namespace beam
