// JSON files, UTF-8, as nlohmann::json. Thread-safe functions.
#pragma once

#include <nlohmann/json.hpp>

#include "beam/base/byte_sink.h"
#include "beam/base/byte_source.h"
#include "klay/feature/feature_error.h"

namespace klay {

// The whole of `source`, from where it stands. A byte-order mark is skipped; the keys of objects keep their order.
// Throws FeatureError, saying where, for what is no JSON or no UTF-8, for a file of more than `max_bytes`, and for
// values that are nested more than a thousand deep; and whatever the source throws.
nlohmann::ordered_json ReadJson(beam::ByteSource& source, std::uint64_t max_bytes = std::uint64_t{1} << 30);

// `indent` blanks a level; negative: all on one line. NaN and infinities, for which JSON has no word, become null.
// Throws FeatureError for strings that are no UTF-8.
void WriteJson(beam::ByteSink& sink, const nlohmann::ordered_json& json, int indent = 2);

}  // namespace klay
