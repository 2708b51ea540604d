#include "klay/transforms/json_coder.h"

namespace beam {

using Json = nlohmann::ordered_json;

void Coder<Json>::Encode(const Json& json, Writer& out, Context context) {
  internal::WriteBytes(json.dump(), out, context);
}

Json Coder<Json>::Decode(Reader& in, Context context) {
  const std::string_view text = internal::ReadBytes(in, context);
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) internal::ThrowMalformed("these bytes are no JSON");
  return json;
}

std::size_t Coder<Json>::ByteSize(const Json& json) {
  constexpr std::size_t kScalar = 8;
  if (json.is_string()) return json.get_ref<const std::string&>().size() + 3;
  if (!json.is_structured()) return kScalar;
  std::size_t size = 2;
  for (auto it = json.begin(); it != json.end(); ++it) {
    size += ByteSize(*it) + 1 + (json.is_object() ? it.key().size() + 3 : 0);
  }
  return size;
}

}  // namespace beam
