// Options that Dataflow takes, for tests to change.
#pragma once

#include "beam/runners/dataflow/dataflow_options.h"

namespace beam::testing_dataflow {

inline constexpr const char* kImage = "europe-docker.pkg.dev/my-project/klay/worker:1";

inline DataflowOptions GoodOptions() {
  DataflowOptions options;
  options.project = "my-project";
  options.region = "europe-west4";
  options.job_name = "resample-1";
  options.temp_location = "gs://bucket/temp";
  options.staging_location = "gs://bucket/stage/";
  options.container_image = kImage;
  return options;
}

}  // namespace beam::testing_dataflow
