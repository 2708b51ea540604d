// An object of Google Cloud Storage that is open for reading: one generation of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "beam/io/gcs/gcs_http.h"
#include "beam/io/object_store.h"

namespace beam::internal {

// One request brings both what the object is (in headers) and its beginning, up to this many bytes (in a stream).
inline constexpr std::uint64_t kGcsStreamBytes = std::uint64_t{8} << 20;

StoreAnswer OpenGcsObject(const std::shared_ptr<GcsHttp>& http, const std::string& name,
                          std::unique_ptr<ObjectReader>& reader);

}  // namespace beam::internal
