// A worker of fault_program, in a process of its own, and an engine in the test's that has it run the step `Work`.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "beam/coder/windowed_value.h"
#include "beam/harness/test_engine.h"
#include "beam/io/test_files.h"
#include "tests/cli/klay_beam_program.h"

namespace klay {

inline std::string FaultProgram() {
  const char* const program = std::getenv("FAULT_PROGRAM");
  if (program == nullptr) throw std::runtime_error("set FAULT_PROGRAM to the fault_program that was built");
  return program;
}

class FaultWorker {
 public:
  // `flags` are those of the pipeline; `setup` is the worker's.
  explicit FaultWorker(const std::vector<std::string>& flags, ProgramSetup setup = {}) {
    engine_.DropElements();
    AddStage(PipelineOf(flags));
    setup.program = FaultProgram();
    worker_ = std::make_unique<KlayBeamProgram>(
        std::vector<std::string>{"--worker", "--id=worker", "--control_endpoint=" + engine_.endpoint()}, setup);
  }

  beam::testing_portable::TestEngine& engine() { return engine_; }

  // Asks for a bundle of one element.
  void AskForBundle(const std::string& instruction, std::int64_t element) {
    engine_.AskForBundle(instruction, "stage");
    beam::Writer out;
    beam::EncodeMeta(beam::ElementMeta{}, beam::WindowCoding::kGlobal, out);
    beam::WireCoder<std::int64_t>::Encode(element, out);
    engine_.SendElements(instruction, source_, out.Take(), true);
  }
  // How many bytes the bundle has sent of the step's output of that name. Waits for the last.
  std::size_t OutputBytes(const std::string& instruction, const std::string& output) {
    return engine_.ElementBytes(instruction, sinks_.at(output));
  }

  // What the worker's process has of memory, and the most that it ever had, in bytes.
  std::uint64_t Memory() const { return Status("VmRSS:"); }
  std::uint64_t MostMemory() const { return Status("VmHWM:"); }

 private:
  using Pipeline = beam::testing_portable::proto::Pipeline;

  // What the program would submit.
  static Pipeline PipelineOf(std::vector<std::string> flags) {
    const beam::testing_files::TestFolder folder;
    const std::string path = folder / "pipeline.binpb";
    flags.insert(
        flags.end(),
        {"--folder", folder.path(), "--dump_pipeline", path, "--runner", "Portable", "--job_endpoint", "localhost:1"});
    const ProgramResult result = KlayBeamProgram(flags, {.program = FaultProgram()}).Wait();
    std::ifstream file(path, std::ios::binary);
    Pipeline pipeline;
    if (!pipeline.ParseFromIstream(&file)) throw std::runtime_error("there is no pipeline: " + result.err);
    return pipeline;
  }

  void AddStage(const Pipeline& pipeline) {
    auto stage = beam::testing_portable::StageOf(pipeline, {"Work"}, engine_.endpoint());
    const auto& work = stage.transforms().at(beam::testing_portable::IdOf(pipeline, "Work"));
    for (const auto& [id, transform] : stage.transforms()) {
      if (transform.spec().urn() == beam::urn::kSource) source_ = id;
      if (transform.spec().urn() != beam::urn::kSink) continue;
      for (const auto& [name, pcollection] : work.outputs()) {
        if (transform.inputs().begin()->second == pcollection) sinks_[name] = id;
      }
    }
    engine_.AddStage(std::move(stage));
  }

  std::uint64_t Status(const std::string& name) const {
    std::ifstream file("/proc/" + std::to_string(worker_->pid()) + "/status");
    for (std::string word; file >> word;) {
      std::uint64_t kilobytes = 0;
      if (word == name && file >> kilobytes) return kilobytes * 1024;
    }
    throw std::runtime_error("the worker has ended");
  }

  beam::testing_portable::TestEngine engine_;
  std::string source_;
  std::map<std::string, std::string> sinks_;  // by the output's name
  std::unique_ptr<KlayBeamProgram> worker_;
};

}  // namespace klay
