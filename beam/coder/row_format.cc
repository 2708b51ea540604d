#include "beam/coder/row_format.h"

namespace beam::internal {

void ThrowNullField(std::string_view name) {
  throw Error("malformed bytes: field '" + std::string(name) + "' of a row is null but not optional");
}

void ThrowMissingField(std::string_view name) {
  throw Error("malformed bytes: field '" + std::string(name) + "' of a row is missing and has no default");
}

std::shared_ptr<const Schema> MakeRowSchema(const FieldEntry* fields, std::size_t count) {
  auto schema = std::make_shared<Schema>();
  for (std::size_t i = 0; i < count; ++i) {
    schema->fields.push_back({.name = std::string(fields[i].name), .type = fields[i].type()});
  }
  schema->id = SchemaId(*schema);
  return schema;
}

}  // namespace beam::internal
