#include "beam/coder/schema.h"

#include "beam/base/bytes.h"

namespace beam {
namespace {

// A protobuf message is a sequence of fields: VarInt key (number << 3 | wire type), then the value.
enum WireType : std::uint64_t { kVarIntWire = 0, kFixed64Wire = 1, kBytesWire = 2, kFixed32Wire = 5 };

// Types within types within types: more than any real schema has, little enough for the stack.
constexpr int kMaxDepth = 64;

void WriteNumber(std::uint64_t field, std::uint64_t value, Writer& out) {
  out.VarInt(field << 3 | kVarIntWire);
  out.VarInt(value);
}

void WriteText(std::uint64_t field, std::string_view bytes, Writer& out) {
  out.VarInt(field << 3 | kBytesWire);
  out.VarInt(bytes.size());
  out.Raw(bytes);
}

struct ProtoField {
  std::uint64_t number;
  std::uint64_t value;     // of numbers
  std::string_view bytes;  // of strings and messages
};

// Calls `fn` with each field of a message; those of fixed width, which schemas lack, are skipped.
template <class Fn>
void ForEachProtoField(std::string_view message, Fn&& fn) {
  Reader in(message);
  while (!in.empty()) {
    const std::uint64_t key = in.VarInt();
    const std::uint64_t number = key >> 3;
    switch (key & 7) {
      case kVarIntWire: fn(ProtoField{number, in.VarInt(), {}}); break;
      case kBytesWire: fn(ProtoField{number, 0, in.Raw(in.VarInt())}); break;
      case kFixed64Wire: in.Raw(8); break;
      case kFixed32Wire: in.Raw(4); break;
      default: throw Error("malformed schema: an unknown protobuf wire type");
    }
  }
}

std::string SerializeType(const FieldType& type);

// A message with `types` as its fields 1, 2, ...
std::string SerializeTypes(const std::vector<FieldType>& types) {
  Writer out;
  for (std::size_t i = 0; i < types.size(); ++i) WriteText(i + 1, SerializeType(types[i]), out);
  return out.Take();
}

std::string SerializeLogical(const FieldType& type) {
  Writer out;
  WriteText(1, type.logical_urn, out);
  if (!type.components.empty()) WriteText(3, SerializeType(type.components[0]), out);
  if (type.logical_argument) {
    WriteText(4, SerializeType({.atomic = AtomicType::kInt32}), out);
    Writer atomic;
    WriteNumber(3, static_cast<std::uint64_t>(*type.logical_argument), atomic);  // AtomicTypeValue.int32
    Writer value;
    WriteText(1, atomic.view(), value);  // FieldValue.atomic_value
    WriteText(5, value.view(), out);
  }
  return out.Take();
}

// The numbers of the alternatives are those of message FieldType.
std::string SerializeType(const FieldType& type) {
  Writer out;
  if (type.nullable) WriteNumber(1, 1, out);
  switch (type.kind) {
    case FieldType::Kind::kAtomic: WriteNumber(2, static_cast<std::uint64_t>(type.atomic), out); break;
    case FieldType::Kind::kArray: WriteText(3, SerializeTypes(type.components), out); break;
    case FieldType::Kind::kIterable: WriteText(4, SerializeTypes(type.components), out); break;
    case FieldType::Kind::kMap: WriteText(5, SerializeTypes(type.components), out); break;
    case FieldType::Kind::kRow: {
      Writer row;
      WriteText(1, SerializeSchema(*type.row), row);
      WriteText(6, row.view(), out);
      break;
    }
    case FieldType::Kind::kLogical: WriteText(7, SerializeLogical(type), out); break;
  }
  return out.Take();
}

Schema ParseSchemaAt(std::string_view bytes, int depth);
FieldType ParseType(std::string_view bytes, int depth);

// The messages ArrayType, IterableType and MapType: types in fields 1 to `count`.
std::vector<FieldType> ParseTypes(std::string_view bytes, std::size_t count, int depth) {
  std::vector<FieldType> types(count);
  std::vector<bool> found(count);
  ForEachProtoField(bytes, [&](const ProtoField& field) {
    if (field.number < 1 || field.number > count) return;
    types[field.number - 1] = ParseType(field.bytes, depth);
    found[field.number - 1] = true;
  });
  for (const bool one : found) {
    if (!one) throw Error("malformed schema: a collection type lacks the type of its elements");
  }
  return types;
}

std::optional<std::int64_t> ParseIntegerArgument(std::string_view field_value) {
  std::optional<std::int64_t> argument;
  ForEachProtoField(field_value, [&](const ProtoField& value) {
    if (value.number != 1) return;
    ForEachProtoField(value.bytes, [&](const ProtoField& atomic) {
      // byte, int16, int32, int64
      if (atomic.number >= 1 && atomic.number <= 4) argument = static_cast<std::int64_t>(atomic.value);
    });
  });
  return argument;
}

void ParseLogical(std::string_view bytes, int depth, FieldType& type) {
  ForEachProtoField(bytes, [&](const ProtoField& field) {
    if (field.number == 1) type.logical_urn = field.bytes;
    if (field.number == 3) type.components = {ParseType(field.bytes, depth)};
    if (field.number == 5) type.logical_argument = ParseIntegerArgument(field.bytes);
  });
}

FieldType ParseType(std::string_view bytes, int depth) {
  if (depth > kMaxDepth) throw Error("malformed schema: types are nested more than 64 deep");
  FieldType type;
  bool known = false;
  const auto set_kind = [&](FieldType::Kind kind) {
    type.kind = kind;
    known = true;
  };
  ForEachProtoField(bytes, [&](const ProtoField& field) {
    switch (field.number) {
      case 1: type.nullable = field.value != 0; break;
      case 2:
        if (field.value < 1 || field.value > static_cast<std::uint64_t>(AtomicType::kBytes)) {
          throw Error("malformed schema: an unknown atomic type");
        }
        type.atomic = static_cast<AtomicType>(field.value);
        set_kind(FieldType::Kind::kAtomic);
        break;
      case 3:
        type.components = ParseTypes(field.bytes, 1, depth + 1);
        set_kind(FieldType::Kind::kArray);
        break;
      case 4:
        type.components = ParseTypes(field.bytes, 1, depth + 1);
        set_kind(FieldType::Kind::kIterable);
        break;
      case 5:
        type.components = ParseTypes(field.bytes, 2, depth + 1);
        set_kind(FieldType::Kind::kMap);
        break;
      case 6:
        type.row = std::make_shared<Schema>();
        ForEachProtoField(field.bytes, [&](const ProtoField& schema) {
          if (schema.number == 1) type.row = std::make_shared<Schema>(ParseSchemaAt(schema.bytes, depth + 1));
        });
        set_kind(FieldType::Kind::kRow);
        break;
      case 7:
        ParseLogical(field.bytes, depth + 1, type);
        set_kind(FieldType::Kind::kLogical);
        break;
      default: break;
    }
  });
  if (!known) throw Error("malformed schema: a field has no type");
  return type;
}

Field ParseField(std::string_view bytes, int depth) {
  Field result;
  bool typed = false;
  ForEachProtoField(bytes, [&](const ProtoField& field) {
    if (field.number == 1) result.name = field.bytes;
    if (field.number == 3) {
      result.type = ParseType(field.bytes, depth);
      typed = true;
    }
    if (field.number == 4) result.id = static_cast<std::int32_t>(field.value);
    if (field.number == 5) result.encoding_position = static_cast<std::int32_t>(field.value);
  });
  if (!typed) throw Error("malformed schema: field '" + result.name + "' has no type");
  return result;
}

Schema ParseSchemaAt(std::string_view bytes, int depth) {
  Schema schema;
  ForEachProtoField(bytes, [&](const ProtoField& field) {
    if (field.number == 1) schema.fields.push_back(ParseField(field.bytes, depth));
    if (field.number == 2) schema.id = field.bytes;
    if (field.number == 4) schema.encoding_positions_set = field.value != 0;
  });
  return schema;
}

// FNV-1a with 64 bits, from a given start.
std::uint64_t Hash(std::string_view bytes, std::uint64_t hash) {
  for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3;
  return hash;
}

}  // namespace

bool FieldType::operator==(const FieldType& other) const {
  const bool same_row = row == other.row || (row != nullptr && other.row != nullptr && *row == *other.row);
  return same_row && kind == other.kind && (kind != Kind::kAtomic || atomic == other.atomic)
      && nullable == other.nullable && components == other.components && logical_urn == other.logical_urn
      && logical_argument == other.logical_argument;
}

bool CoderSpec::operator==(const CoderSpec& other) const {
  const bool same_schema =
      schema == other.schema || (schema != nullptr && other.schema != nullptr && *schema == *other.schema);
  return same_schema && urn == other.urn && components == other.components && payload == other.payload;
}

std::string SerializeSchema(const Schema& schema) {
  Writer out;
  for (const Field& field : schema.fields) {
    Writer bytes;
    WriteText(1, field.name, bytes);
    WriteText(3, SerializeType(field.type), bytes);
    // Protobuf leaves zeros away.
    if (field.id != 0) WriteNumber(4, static_cast<std::uint32_t>(field.id), bytes);
    if (field.encoding_position != 0) WriteNumber(5, static_cast<std::uint32_t>(field.encoding_position), bytes);
    WriteText(1, bytes.view(), out);
  }
  if (!schema.id.empty()) WriteText(2, schema.id, out);
  if (schema.encoding_positions_set) WriteNumber(4, 1, out);
  return out.Take();
}

Schema ParseSchema(std::string_view bytes) { return ParseSchemaAt(bytes, 0); }

std::string SchemaId(const Schema& schema) {
  Schema anonymous = schema;
  anonymous.id.clear();
  const std::string bytes = SerializeSchema(anonymous);
  // Version 8 (custom) and the standard variant, as RFC 9562 asks of a UUID made in a way of one's own.
  const std::uint64_t high = (Hash(bytes, 0xCBF29CE484222325) & ~std::uint64_t{0xF000}) | 0x8000;
  const std::uint64_t low = (Hash(bytes, 0x84222325CBF29CE4) & ~(std::uint64_t{3} << 62)) | (std::uint64_t{1} << 63);
  std::string id;
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) id += '-';
    id += "0123456789abcdef"[(i < 16 ? high : low) >> (60 - 4 * (i % 16)) & 15];
  }
  return id;
}

std::string CoderText(const CoderSpec& coder) {
  std::string text = coder.urn;
  for (const std::string_view prefix : {"beam:coder:", "beam:cpp:coder:"}) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  }
  if (text.ends_with(":v1")) text.resize(text.size() - 3);
  for (std::size_t i = 0; i < coder.components.size(); ++i) {
    text += (i == 0 ? "(" : ", ") + CoderText(coder.components[i]);
  }
  return coder.components.empty() ? text : text + ")";
}

}  // namespace beam
