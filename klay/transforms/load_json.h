// LoadJson: files of JSON, each with its path. What is no JSON, or no UTF-8, is `failed`, with the place.
//
//   auto [values, failed] = files | beam::ParDo("Load Json", klay::LoadJson{});
//
// It is not part of klay/klay.h, as the library behind it takes a second to compile.
#pragma once

#include <cstdint>
#include <string>

#include "beam/io/readable_file.h"
#include "beam/model/output.h"
#include "klay/feature/json.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/json_coder.h"

namespace klay {

struct JsonFile {
  std::string path;
  nlohmann::ordered_json value;
};

struct LoadJson {
  std::uint64_t max_bytes = std::uint64_t{1} << 30;  // of a file

  void ProcessElement(const beam::ReadableFile& file, beam::Output<JsonFile, "values"> values,
                      beam::Output<Failure, "failed"> failed) const;
};

}  // namespace klay
