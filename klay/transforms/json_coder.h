// How a JSON value travels between steps: as its text, without blanks, in UTF-8. Numbers keep every bit and objects the
// order of their keys.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "beam/coder/coder.h"

namespace beam {

template <>
struct Coder<nlohmann::ordered_json> {
  // Throws nlohmann::json::exception for strings that are no UTF-8, which ReadJson() lets nobody have.
  static void Encode(const nlohmann::ordered_json& json, Writer& out, Context context = Context::kNested);
  static nlohmann::ordered_json Decode(Reader& in, Context context = Context::kNested);
  static std::size_t ByteSize(const nlohmann::ordered_json& json);
  static CoderSpec Spec() { return CustomCoderSpec<nlohmann::ordered_json>(); }
};

}  // namespace beam
