// The flags of --runner Dataflow: their values as options of the job, several names for one thing, and what is refused.
#include "beam/runners/dataflow_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "beam/base/error.h"
#include "beam/runners/storage_options.h"

namespace beam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

struct JobFlags {
  int rate = 44100;
  double gain = 1;
  std::optional<double> crop;
  std::string folder;
  std::vector<std::string> genre;
  bool dry_run = false;
};

class DataflowFlagsTest : public testing::Test {
 protected:
  DataflowFlagsTest() {
    flags_.Add("Options", job_);
    flags_.Add("Options of stores", storage_);
    AddDataflowFlags(flags_, dataflow_);
  }

  JobFlags job_;
  StorageOptions storage_;
  DataflowFlags dataflow_;
  FlagSet flags_{"program", "A program."};
};

TEST_F(DataflowFlagsTest, ValuesKeepTheirTypes) {
  flags_.Parse({"--rate=8000", "--gain=0.5", "--crop=2", "--genre=jazz", "--genre=blues", "--max_num_workers=7",
                "--enable_hot_key_logging", "--region=europe-west4", "--labels=a=b"});
  const std::vector<std::string> genres = {"jazz", "blues"};
  const std::vector<std::string> labels = {"a=b"};
  EXPECT_THAT(
      OptionsGiven(flags_),
      ElementsAre(Pair("crop", JobOptionValue(2.0)), Pair("enable_hot_key_logging", JobOptionValue(true)),
                  Pair("gain", JobOptionValue(0.5)), Pair("genre", JobOptionValue(genres)),
                  Pair("labels", JobOptionValue(labels)), Pair("max_num_workers", JobOptionValue(std::int64_t{7})),
                  Pair("rate", JobOptionValue(std::int64_t{8000})),
                  Pair("region", JobOptionValue(std::string("europe-west4")))));
}

TEST_F(DataflowFlagsTest, WhatWasSetIsSeenEvenIfItIsTheDefault) {
  flags_.Parse({"--rate=44100"});
  EXPECT_THAT(OptionsGiven(flags_), ElementsAre(Pair("rate", JobOptionValue(std::int64_t{44100}))));
}

TEST_F(DataflowFlagsTest, WhatIsForTheLauncherStaysThere) {
  flags_.Parse({"--dry_run", "--dataflow_job_file=x.json", "--impersonate_service_account=a@b", "--gcp_oauth_scopes=a",
                "--template_location=gs://b/t"});
  EXPECT_THAT(OptionsGiven(flags_), ElementsAre());
  EXPECT_TRUE(job_.dry_run);
  EXPECT_TRUE(dataflow_.cloud.dry_run);  // one flag, of the job and of the runner
}

TEST_F(DataflowFlagsTest, AFlagOfTwoIsShownOnce) {
  const std::string help = flags_.Help();
  const std::size_t first = help.find("--dry_run");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(help.find("--dry_run", first + 1), std::string::npos) << help;
}

TEST_F(DataflowFlagsTest, SaysWhatIsRefusedAndWhy) {
  struct Case {
    std::vector<std::string> arguments;
    const char* sentence;
  };
  for (const Case& c : {
           Case{{"--template_location=/tmp/t"}, "--template_location must be a file in a bucket"},
           Case{{"--dataflow_endpoint=localhost:80"}, "--dataflow_endpoint 'localhost:80' must be a URL"},
           Case{{"--labels=team"}, "--labels team must be KEY=VALUE"},
           Case{{"--labels={\"team\": 1}"}, "the value of \"team\" must be a text"},
           Case{{"--labels={"}, "--labels { is neither"},
           Case{{"--machine_type=a", "--worker_machine_type=b"},
                "--machine_type and --worker_machine_type say different"},
           Case{{"--disk_type=a", "--worker_disk_type=b"}, "--disk_type and --worker_disk_type say different"},
           Case{{"--use_public_ips", "--no_use_public_ips"}, "exclude each other"},
           Case{{"--zone=z", "--worker_zone=y"}, "--zone is --worker_zone by its former name"},
           Case{{"--zone=z", "--worker_region=r"}, "--zone is --worker_zone by its former name"},
       }) {
    JobFlags job;
    DataflowFlags dataflow;
    FlagSet flags("program", "A program.");
    flags.Add("Options", job);
    AddDataflowFlags(flags, dataflow);
    try {
      flags.Parse(c.arguments);
      ADD_FAILURE() << c.arguments.front() << ": accepted";
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr(c.sentence));
    }
  }
}

TEST_F(DataflowFlagsTest, NamesForOneThing) {
  flags_.Parse({"--label=a=b", R"(--labels={"c": "d"})", "--experiment=x", "--experiments=y,z",
                "--worker_machine_type=n2", "--worker_disk_type=ssd", "--worker_harness_container_image=i"});
  EXPECT_THAT(dataflow_.cloud.Labels(), ElementsAre(Pair("a", "b"), Pair("c", "d")));
  EXPECT_THAT(dataflow_.cloud.Experiments(), ElementsAre("y", "z", "x"));
  EXPECT_EQ(dataflow_.machines.MachineType(), "n2");
  EXPECT_EQ(dataflow_.machines.DiskType(), "ssd");
  EXPECT_EQ(dataflow_.machines.Image(""), "i");
  EXPECT_THROW(dataflow_.machines.Image("j"), UsageError);
}

}  // namespace
}  // namespace beam
