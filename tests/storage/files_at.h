// The file system of a store at an address, for tests that stand in the way to it.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "beam/io/file_system.h"
#include "beam/io/gcs/gcs_upload.h"
#include "beam/io/retry_policy.h"

namespace beam::testing_storage {

struct FilesAtOptions {
  // It is tried again soon.
  internal::RetryPolicy policy = {.pauses = {std::chrono::milliseconds(2), std::chrono::milliseconds(100)}};
  internal::GcsUploadSizes uploads = {};  // of gs://
};

// A store of gs://, s3://, abfs:// or hdfs:// at HOST:PORT, over plain HTTP: as whoever has a token there, or the keys
// of the environment.
std::shared_ptr<FileSystem> FilesAt(const std::string& scheme, const std::string& endpoint,
                                    const FilesAtOptions& options = {});

}  // namespace beam::testing_storage
