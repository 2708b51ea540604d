// A worker as a container has it: the entry point of the image, started as engines start it; and an engine for it.
//
// BOOT_PROGRAM is what is started: this machine's klay-beam under the name `boot`, or in_root.sh.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "beam/coder/windowed_value.h"
#include "beam/harness/test_artifacts.h"
#include "beam/harness/test_engine.h"
#include "beam/io/test_files.h"
#include "tests/cli/klay_beam_program.h"

namespace klay {

inline std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string("set ") + name);
  return value;
}

inline std::string BootProgram() { return Variable("BOOT_PROGRAM"); }

// The base of tests that start it. Where the image's file system cannot be had, the test is skipped, with the reason;
// in the continuous check it fails.
class BootTest : public testing::Test {
 protected:
  ~BootTest() override { std::filesystem::remove_all(persistent_); }
  void SetUp() override {
    const ProgramResult result = KlayBeamProgram({}, {.program = BootProgram()}).Wait();
    if (result.exit_code != 90) return;
    if (std::getenv("CI") != nullptr) FAIL() << result.err;
    GTEST_SKIP() << result.err;
  }

  using Info = beam::testing_portable::fn::ProvisionInfo;
  using Pipeline = beam::testing_portable::proto::Pipeline;

  // With the flags of a container on Dataflow.
  std::unique_ptr<KlayBeamProgram> Start(const std::string& logging = "") const {
    const std::string& endpoint = engine_.endpoint();
    return std::make_unique<KlayBeamProgram>(
        std::vector<std::string>{"--id=worker-1", "--logging_endpoint=" + (logging.empty() ? endpoint : logging),
                                 "--control_endpoint=" + endpoint, "--artifact_endpoint=" + artifacts_.endpoint,
                                 "--provision_endpoint=" + endpoint, "--semi_persist_dir=" + persistent_},
        ProgramSetup{.program = BootProgram()});
  }

  // What a program runs, here and elsewhere.
  static Pipeline PipelineOf(const std::string& program, std::vector<std::string> arguments) {
    const beam::testing_files::TestFolder folder;
    const std::string path = folder / "pipeline.binpb";
    arguments.insert(arguments.end(), {"--dump_pipeline", path});
    const ProgramResult result = KlayBeamProgram(arguments, {.program = program}).Wait();
    std::ifstream file(path, std::ios::binary);
    Pipeline pipeline;
    if (!pipeline.ParseFromIstream(&file)) throw std::runtime_error("there is no pipeline: " + result.err);
    return pipeline;
  }

  // Has the worker run these steps of the pipeline, as one stage, for one element; returns its error, or nothing.
  template <class T>
  std::string RunBundle(const Pipeline& pipeline, const std::vector<std::string>& steps, const T& element) {
    const auto [source, sink] = engine_.AddStageOf(pipeline, steps);
    sink_ = sink;
    engine_.AskForBundle("bundle", steps.front());
    beam::Writer out;
    beam::EncodeMeta(beam::ElementMeta{}, beam::WindowCoding::kGlobal, out);
    beam::WireCoder<T>::Encode(element, out);
    engine_.SendElements("bundle", source, out.Take(), true);
    return engine_.Answer("bundle").error();
  }
  // One step, for a number.
  std::string RunBundle(const Pipeline& pipeline, const std::string& step) {
    return RunBundle(pipeline, {step}, std::int64_t{7});
  }
  // All that the bundle's sink got, of several the last.
  std::string Output() { return engine_.Elements("bundle", sink_); }

  beam::testing_portable::TestEngine engine_;
  beam::testing_portable::ArtifactServer artifacts_;

 private:
  // The image has a /tmp of its own.
  const std::string persistent_ = "/tmp/boot_test_" + std::to_string(getpid());
  std::string sink_;
};

}  // namespace klay
