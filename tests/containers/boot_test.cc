// The contract of Beam's containers, /opt/apache/beam/boot: what engines give it, and what it does then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "tests/cli/file_contents.h"
#include "tests/containers/boot_worker.h"

namespace klay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string KlayBeam() { return Variable("KLAY_BEAM_PROGRAM"); }

class Boot : public BootTest {
 protected:
  static Pipeline GpuCheck() { return PipelineOf(KlayBeam(), {"gpu-check"}); }
  static Pipeline OfAnotherProgram() {
    return PipelineOf(Variable("FAULT_PROGRAM"), {"--folder", beam::testing_files::TestFolder().path()});
  }

  // As Dataflow nests them.
  static Info WithOption(const std::string& name, const std::string& value) {
    Info info;
    auto& options = *(*info.mutable_pipeline_options()->mutable_fields())["options"].mutable_struct_value();
    (*options.mutable_fields())[name].set_string_value(value);
    return info;
  }
};

TEST_F(Boot, RunsABundleAndTellsHowItIs) {
  const auto worker = Start();
  EXPECT_EQ(RunBundle(GpuCheck(), "Look"), "");
  EXPECT_THAT(Output(), HasSubstr("libcuda.so.1"));
  EXPECT_THAT(engine_.Status(), HasSubstr("worker: worker-1\n"));
  EXPECT_THAT(engine_.WaitForWorkers(1), ElementsAre("worker-1"));
}

TEST_F(Boot, EndsAtOnceWhenAsked) {
  const auto worker = Start();
  engine_.WaitForWorkers(1);
  worker->Send(SIGTERM);
  EXPECT_EQ(worker->Wait().exit_code, 128 + SIGTERM);
}

TEST_F(Boot, HeedsThePipelinesOptions) {
  engine_.Provide(WithOption("max_memory", "much"));
  const ProgramResult result = Start()->Wait();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "worker worker-1: the pipeline's option max_memory is 'much', which is no number of bytes\n");
}

TEST_F(Boot, WithoutFlagsSaysWhatIsMissing) {
  const ProgramResult result = KlayBeamProgram({}, {.program = BootProgram()}).Wait();
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "worker: a worker needs --id, by which its engine knows it\n");
}

// All that it wants to say goes to the engine; where nobody takes that, to standard error, which runners keep.
TEST_F(Boot, LogsWithoutAnEngine) {
  Info info;
  artifacts_.Add("/there/model", "a model", "model.onnx", *info.mutable_dependencies());
  artifacts_.Put("/there/model", "another one");
  engine_.Provide(info);
  const ProgramResult result = Start("127.0.0.1:1")->Wait();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr(" ERROR the worker ends: what "));
  EXPECT_THAT(result.err, HasSubstr("model.onnx is damaged: its SHA-256 is "));
}

TEST_F(Boot, GoesOnAsTheProgramThatThePipelineBrought) {
  Info info;
  artifacts_.Add("/there/program", ReadFile(Variable("FAULT_PROGRAM")), "worker", *info.mutable_dependencies());
  engine_.Provide(info);
  const auto worker = Start();
  EXPECT_EQ(RunBundle(OfAnotherProgram(), "Work"), "");
  EXPECT_EQ(artifacts_.fetched, 1);
  EXPECT_THAT(engine_.Status(), HasSubstr("worker: worker-1\n"));
}

TEST_F(Boot, ADamagedProgramIsNotStarted) {
  Info info;
  artifacts_.Add("/there/program", "a program", "worker", *info.mutable_dependencies());
  artifacts_.Put("/there/program", "something else");
  engine_.Provide(info);
  const auto worker = Start();
  engine_.WaitForLogLines(1);
  EXPECT_EQ(worker->Wait().exit_code, 1);
  EXPECT_THAT(engine_.log_entries().back().message(), HasSubstr("is damaged: its SHA-256 is "));
}

TEST_F(Boot, AnotherBuildIsRefusedByName) {
  const auto worker = Start();
  EXPECT_THAT(
      RunBundle(OfAnotherProgram(), "Work"),
      testing::ContainsRegex("the pipeline was launched by build [0-9a-f]{12} of its program, and this worker is "
                             "build [0-9a-f]{12}: run the same build of the same program in both places"));
}

TEST_F(Boot, StartsItsSiblingsAndEndsWithThem) {
  Info info;
  info.add_sibling_worker_ids("worker-1_sibling_1");
  info.add_sibling_worker_ids("worker-1_sibling_2");
  artifacts_.Add("/there/model", "a model", "model.bin", *info.mutable_dependencies());
  engine_.Provide(info);
  const auto worker = Start();
  EXPECT_THAT(engine_.WaitForWorkers(3), ElementsAre("worker-1", "worker-1_sibling_1", "worker-1_sibling_2"));
  EXPECT_EQ(artifacts_.fetched, 1);  // they share the container's folder
  // Whichever of them it is that has come last.
  EXPECT_EQ(RunBundle(GpuCheck(), "Look"), "");
  worker->Send(SIGTERM);
  EXPECT_EQ(worker->Wait().exit_code, 128 + SIGTERM);
  engine_.WaitForEnd(beam::testing_portable::TestEngine::Stream::kControl);
}

TEST_F(Boot, SiblingsOfAProgramThatThePipelineBroughtAreThatToo) {
  Info info;
  info.add_sibling_worker_ids("worker-1_sibling_1");
  artifacts_.Add("/there/program", ReadFile(Variable("FAULT_PROGRAM")), "worker", *info.mutable_dependencies());
  engine_.Provide(info);
  const auto worker = Start();
  engine_.WaitForWorkers(2);
  EXPECT_EQ(RunBundle(OfAnotherProgram(), "Work"), "");
  EXPECT_EQ(artifacts_.fetched, 1);
}

}  // namespace
}  // namespace klay
