// RunPortable: runs a pipeline on an engine of Beam, through its job service.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "beam/model/pcollection.h"
#include "beam/model/pipeline_result.h"
#include "beam/runners/job/job_options.h"
#include "beam/runners/job/local_engine.h"

namespace beam {

struct PortableRunnerOptions {
  JobOptions job;
  // Started for this job, at whose end it ends, instead of job.endpoint.
  std::optional<LocalEngineProgram> engine = {};
  // Where the workers are, by the names of Beam's other SDKs (--environment_type, --environment_config):
  //   LOOPBACK   in this process
  //   EXTERNAL   in worker pools that run already; config: the address of a pool
  //   PROCESS    the engine starts them; config: the path of the program on its machines, or JSON as ProcessEnvironment
  //              takes it, or empty: the path of this program
  //   DOCKER     the engine starts containers; config: their image
  std::string environment_type = "LOOPBACK";
  std::string environment_config = {};
  // The program of workers that are not in this process (--sdk_location): "default": this one, which is taken along;
  // "container": the one that is there; else the path of one to take along.
  std::string sdk_location = "default";
  std::vector<std::string> files_to_stage = {};  // paths
  ResourceHints hints = {};                      // of the whole pipeline
  std::string dump_pipeline = {};                // the file for what is submitted, see dump_pipeline.h; empty: none
};

// Returns once the job runs; destroy the result in the same thread. Throws what RunJob throws, and UsageError for an
// environment that makes no sense; Error where engines would refuse the pipeline, or the dump cannot be written.
std::unique_ptr<PipelineResult> RunPortable(const Pipeline& pipeline, const PortableRunnerOptions& options);

}  // namespace beam
