// RunDataflow: runs a pipeline on Google Cloud Dataflow.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "beam/io/google/credentials.h"
#include "beam/model/pcollection.h"
#include "beam/model/pipeline_result.h"
#include "beam/model/resource_hints.h"
#include "beam/runners/dataflow/dataflow_options.h"

namespace beam {

struct DataflowRunnerOptions {
  DataflowOptions job;
  // The program of the workers (--sdk_location): "default": this one, which is taken along; "container": the one in the
  // image; else the path of one to take along.
  std::string sdk_location = "default";
  std::vector<std::string> files_to_stage = {};  // paths
  ResourceHints hints = {};                      // of the whole pipeline
  std::string dump_pipeline = {};                // the file for the pipeline, see dump_pipeline.h; empty: none
  std::string job_file = {};                     // the file for the request, in JSON; empty: none
  bool dry_run = false;                          // nothing is sent: only these files are written
  std::string template_location = {};  // the gs:// path for the request in place of a job; empty: a job is made
  bool wait = true;                    // false: the run is over once the job is made (--no_wait_until_finish)
  std::string endpoint = {};           // the service's URL; empty: Google's
  GoogleCredentialOptions credentials = {};
  std::string program = {};  // what the program calls itself, for a job without a name
};

struct DataflowRun {
  std::unique_ptr<PipelineResult> result;
  std::string page = {};  // the URL of the job's page; empty if none was made
};

// Returns once the job is made; destroy the result in the same thread. Throws UsageError for options that Dataflow
// would refuse; Error where it would refuse the pipeline, does refuse the job, or a file cannot be written.
DataflowRun RunDataflow(const Pipeline& pipeline, const DataflowRunnerOptions& options);

}  // namespace beam
