// WorkerOptions: what a worker takes from the options of its pipeline, which the engine passes on in ProvisionInfo.
#pragma once

#include <google/protobuf/struct.pb.h>

#include <cstdint>
#include <optional>

#include "beam/base/log.h"
#include "beam/io/hdfs_options.h"
#include "beam/io/object_store_options.h"

namespace beam {

struct WorkerOptions {
  std::optional<Severity> log_level;                    // default_sdk_harness_log_level
  std::optional<std::uint64_t> max_memory_bytes;        // max_memory, where it is not 0
  std::optional<std::uint64_t> side_input_cache_bytes;  // max_cache_memory_usage_mb, where it is not 0
  HdfsOptions hdfs;                                     // hdfs_host, hdfs_port, hdfs_user, hdfs_full_urls
  ObjectStoreOptions objects;                           // no_auth, s3_endpoint_url, s3_region_name, azure_managed_...
};

// Options stand there by the names of the job service (beam:option:NAME:v1) or, as Dataflow has them, by their bare
// names within `options`. Numbers may have become texts, or floating-point numbers, on their way. Throws Error for a
// value that makes no sense; what is for others is left to them.
WorkerOptions ReadWorkerOptions(const google::protobuf::Struct& pipeline_options);

// The option's name for a severity, as all of Beam's SDKs read it.
const char* LogLevelName(Severity severity);

}  // namespace beam
