// What stands for Dataflow's machines in these tests: a job that was submitted runs on an engine of Beam, and its
// workers start as Dataflow starts them, by the contract of a container's /opt/apache/beam/boot: the program and the
// files are those that were staged, the options come in the form in which they were submitted. All that is changed of
// the pipeline is that its container is a process, as there is nothing here that runs images.
#pragma once

#include <memory>
#include <string>

#include "beam/io/test_files.h"
#include "tests/dataflow/dataflow_stand_in.h"

namespace beam::testing_dataflow {

// The image of the workers: a folder with `boot`, which is `program` by another name, as an image has it.
class WorkerImage {
 public:
  explicit WorkerImage(const std::string& program);

  std::string boot() const { return folder_ / "start"; }
  // Sets a variable of the workers' environment, which is the engine's otherwise.
  void Set(const std::string& name, const std::string& value) const;

  // What a worker said that ended with an error; empty if none did.
  std::string Trouble() const;

 private:
  testing_files::TestFolder folder_;
};

struct Engine {
  std::string endpoint;  // HOST:PORT of its job service
  // Java's job servers break at options as Dataflow gets them: they, and so the workers, are told each option by
  // itself.
  bool is_java = false;
};

// Runs what was asked for. `image` must outlive the job.
std::unique_ptr<StandInJob> RunOnEngine(const StandInRequest& request, GcsStandIn& storage, const WorkerImage& image,
                                        const Engine& engine);

}  // namespace beam::testing_dataflow
