// One command line for all runners: what each of them heeds, and what is said of the rest.
#include "beam/runners/runner_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "beam/runners/dataflow_flags.h"

namespace beam {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct OwnOptions {
  std::string input;
  bool dry_run = false;
};

class RunnerFlags : public testing::Test {
 protected:
  RunnerFlags() : former_(SetLogSink([this](const LogEntry& entry) { lines_.emplace_back(entry.message); })) {}
  ~RunnerFlags() override {
    SetLogSink(former_);
    SetLogLevel(Severity::kInfo);
  }

  // The lines that are logged, or the sentence of the UsageError.
  std::vector<std::string> Checked(const std::vector<std::string>& arguments, bool has_own = false) {
    OwnOptions own;
    PipelineOptions options;
    DataflowFlags dataflow;
    FlagSet flags("program", "A program.");
    if (has_own) flags.Add("Options", own);
    flags.Add("Options of every pipeline", options);
    AddDataflowFlags(flags, dataflow);
    lines_.clear();
    try {
      flags.Parse(arguments);
      CheckHeeded(flags, options);
    } catch (const UsageError& error) {
      lines_ = {error.what()};
    }
    return lines_;
  }

 private:
  std::vector<std::string> lines_;
  LogSink former_;
};

TEST_F(RunnerFlags, ThoseOfOtherRunnersAreLetPassAndNamed) {
  struct Case {
    std::vector<std::string> arguments;
    std::string named;  // "": none
  };
  const std::vector<std::string> cloud = {
      "--project=my-project", "--region=europe-west4", "--temp_location=gs://bkt/t", "--machine_type=n2",
      "--max_num_workers=4",  "--labels=a=b",          "--sdk_container_image=r/i"};
  const auto on = [&](const std::string& runner) {
    std::vector<std::string> arguments = cloud;
    arguments.push_back("--runner=" + runner);
    return arguments;
  };
  const Case cases[] = {
      {on("Dataflow"), ""},
      {on("Direct"),
       "--runner Direct takes no notice of --sdk_container_image, --temp_location, --project, --region, --labels, "
       "--max_num_workers, --machine_type"},
      {on("Prism"),
       "--runner Prism takes no notice of --temp_location, --project, --region, --labels, --max_num_workers, "
       "--machine_type"},
      {{"--direct_num_workers=2"}, ""},
      {{"--direct_num_workers=2", "--runner=Flink"}, "--runner Flink takes no notice of --direct_num_workers"},
      {{"--temp_location=/tmp"}, ""},
      {{"--flink_job_server_jar=x", "--runner=Spark"}, "--runner Spark takes no notice of --flink_job_server_jar"},
      {{"--job_endpoint=localhost:1"}, "--runner Direct takes no notice of --job_endpoint"},
      {{"--no_wait_until_finish", "--runner=Prism"}, "--runner Prism takes no notice of --no_wait_until_finish"},
      {{"--async", "--runner=Prism"}, "--runner Prism takes no notice of --async"},
      {{"--worker_binary=w"}, "--runner Direct takes no notice of --worker_binary"},
      {{"--worker_binary=w", "--runner=Prism"}, ""},
      {{"--job_timeout=3", "--runner=Dataflow"}, "--runner Dataflow takes no notice of --job_timeout"},
      {{"--log_level=WARNING", "--machine_type=n2"}, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.arguments));
    if (c.named.empty()) {
      EXPECT_THAT(Checked(c.arguments), IsEmpty());
    } else {
      EXPECT_THAT(Checked(c.arguments), ElementsAre(c.named));
    }
  }
}

TEST_F(RunnerFlags, ARunIsNoAnswerToARequestThatIsKeptBack) {
  for (const std::string flag : {"--dry_run", "--dataflow_job_file=f", "--template_location=gs://bkt/t"}) {
    for (const std::string runner : {"Direct", "Portable", "Prism", "Flink", "Spark"}) {
      EXPECT_THAT(
          Checked({flag, "--runner=" + runner}),
          ElementsAre(flag.substr(0, flag.find('=')) + " is about the request of --runner Dataflow, and --runner "
                      + runner + " makes none: give --runner Dataflow, or leave it out"));
    }
    EXPECT_THAT(Checked({flag, "--runner=Dataflow"}), IsEmpty());
  }
  EXPECT_THAT(Checked({"--dry_run=false", "--dataflow_job_file="}), IsEmpty());
}

TEST_F(RunnerFlags, AProgramsOwnDryRunIsItsOwnBusiness) {
  EXPECT_THAT(Checked({"--dry_run", "--input=x"}, true), IsEmpty());
}

// Who adds an option says here, or in runner_flags.cc, whose it is.
TEST_F(RunnerFlags, EveryOptionOfPipelinesIsOfSomebody) {
  PipelineOptions options;
  FlagSet flags("program", "A program.");
  flags.Add("Options of every pipeline", options);
  std::set<std::string> of_all;
  for (const FlagSpec* const flag : flags.flags()) {
    bool all = true;
    for (const Runner runner :
         {Runner::kDirect, Runner::kPortable, Runner::kPrism, Runner::kFlink, Runner::kSpark, Runner::kDataflow}) {
      PipelineOptions on;
      on.runner = runner;
      all = all && IsHeeded(*flag, on);
    }
    if (all) of_all.insert(flag->name);
  }
  EXPECT_THAT(of_all,
              testing::UnorderedElementsAre("runner", "files_to_stage", "dump_pipeline", "max_memory", "log_level"));
}

}  // namespace
}  // namespace beam
