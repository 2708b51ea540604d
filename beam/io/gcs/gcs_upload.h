// Uploads to Google Cloud Storage: small objects in one request, large ones by resumable uploads
// (cloud.google.com/storage/docs/resumable-uploads). The store is told the checksum of an object and refuses other
// bytes; what it answers is compared once more.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "beam/io/gcs/gcs_http.h"
#include "beam/io/object_store.h"

namespace beam::internal {

// Up to here one request is enough.
inline constexpr std::size_t kGcsSingleUploadBytes = std::size_t{16} << 20;
// What a request of a resumable upload sends: a multiple of 256 KiB. What is interrupted is sent again from where the
// store has it, so only what costs much to send again speaks for smaller ones.
inline constexpr std::size_t kGcsUploadPartBytes = std::size_t{64} << 20;

struct GcsUploadSizes {
  std::size_t single = kGcsSingleUploadBytes;
  std::size_t part = kGcsUploadPartBytes;
};

// ObjectStore::PutSome().
StoreAnswer PutGcsObject(GcsHttp& http, const std::string& name, std::string_view bytes, const GcsUploadSizes& sizes,
                         PutProgress& progress);

}  // namespace beam::internal
