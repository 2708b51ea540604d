#include <algorithm>
#include <numeric>

#include "beam/coder/dynamic_format.h"
#include "beam/coder/formats.h"

namespace beam::internal {
namespace {

FormatPtr FormatOf(const FieldType& type);

// The form inside arrays and maps, where nulls are marked one by one.
FormatPtr FormatOfElement(const FieldType& type) {
  return type.nullable ? NullableFormat(FormatOf(type)) : FormatOf(type);
}

FormatPtr FormatOfLogical(const FieldType& type) {
  // These two do not travel as their representation would.
  if (type.logical_urn == "beam:logical_type:millis_instant:v1") return MillisFormat();
  if (type.logical_urn == "beam:logical_type:decimal:v1") return DecimalFormat();
  if (type.components.empty()) throw Error("the logical type " + type.logical_urn + " has no representation");
  return FormatOfElement(type.components[0]);
}

FormatPtr FormatOf(const FieldType& type) {
  switch (type.kind) {
    case FieldType::Kind::kAtomic: return FormatOfAtomic(type.atomic);
    case FieldType::Kind::kArray:
    case FieldType::Kind::kIterable: return IterableFormat(FormatOfElement(type.components.at(0)), {});
    case FieldType::Kind::kMap:
      return MapFormatOf(FormatOfElement(type.components.at(0)), FormatOfElement(type.components.at(1)));
    case FieldType::Kind::kRow: return RowFormatOf(*type.row);
    case FieldType::Kind::kLogical: return FormatOfLogical(type);
  }
  throw Error("a schema has an unknown kind of type");
}

class RowFormatByName final : public DynamicFormat {
 public:
  explicit RowFormatByName(const Schema& schema) : schema_(schema), order_(schema.fields.size()) {
    for (const Field& field : schema.fields) formats_.push_back(FormatOf(field.type));
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    if (!schema.encoding_positions_set) return;
    std::vector<bool> taken(order_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const auto position = static_cast<std::size_t>(schema.fields[i].encoding_position);
      if (position >= order_.size() || taken[position]) {
        throw Error("the encoding positions of a schema are not 0 to " + std::to_string(order_.size() - 1)
                    + ", each once");
      }
      taken[position] = true;
      order_[position] = i;
    }
  }

  void Encode(const Value& value, Writer& out, Context) const override {
    const std::size_t count = formats_.size();
    std::string null_bits((count + 7) / 8, '\0');
    bool any_null = false;
    for (std::size_t i = 0; i < count; ++i) {
      if (!FieldOf(value, i).is_null()) continue;
      if (!schema_.fields[i].type.nullable) {
        throw Error("field '" + schema_.fields[i].name + "' is null but not nullable");
      }
      null_bits[i / 8] = static_cast<char>(null_bits[i / 8] | 1 << (i % 8));
      any_null = true;
    }
    out.VarInt(count);
    WriteBytes(any_null ? null_bits : std::string_view(), out, Context::kNested);
    for (const std::size_t i : order_) {
      const Value& field = FieldOf(value, i);
      if (!field.is_null()) formats_[i]->Encode(field, out, Context::kNested);
    }
  }

  Value Decode(Reader& in, Context context) const override {
    const RowHeader header = ReadRowHeader(in);
    Value::Row row;
    for (const Field& field : schema_.fields) row.push_back({field.name, Value()});
    for (std::size_t position = 0; position < order_.size() && position < header.field_count; ++position) {
      const std::size_t i = order_[position];
      if (!header.IsNull(i)) row[i].value = formats_[i]->Decode(in, Context::kNested);
    }
    SkipUnknownFields(header, order_.size(), in, context);
    return {std::move(row)};
  }

 private:
  const Value& FieldOf(const Value& row, std::size_t i) const {
    // Rows made by Decode have their fields in the order of the schema.
    const auto& fields = row.Get<Value::Row>();
    if (i < fields.size() && fields[i].name == schema_.fields[i].name) return fields[i].value;
    return row.At(schema_.fields[i].name);
  }

  Schema schema_;
  std::vector<FormatPtr> formats_;  // in the order of the schema
  std::vector<std::size_t> order_;  // the fields in the order of the bytes
};

}  // namespace

FormatPtr RowFormatOf(const Schema& schema) { return std::make_shared<RowFormatByName>(schema); }

}  // namespace beam::internal
