// What Dataflow would refuse is refused here, by the flag's name; what follows from other options is filled in.
#include "beam/runners/dataflow/dataflow_options.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "beam/base/error.h"
#include "beam/io/test_files.h"
#include "beam/runners/dataflow/test_dataflow_options.h"

namespace beam {
namespace {

using testing_dataflow::GoodOptions;

class DataflowOptionsTest : public testing::Test {
 protected:
  DataflowOptionsTest() {
    Forget();
    setenv("CLOUDSDK_CONFIG", "/nowhere", 1);
  }
  ~DataflowOptionsTest() override { Forget(); }

 private:
  static void Forget() {
    for (const char* const name :
         {"GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CORE_PROJECT",
          "CLOUDSDK_COMPUTE_REGION", "CLOUDSDK_ACTIVE_CONFIG_NAME", "CLOUDSDK_CONFIG"}) {
      unsetenv(name);
    }
  }
};

TEST_F(DataflowOptionsTest, RefusesWhatDataflowWould) {
  struct Case {
    const char* name;
    std::function<void(DataflowOptions&)> spoil;
    const char* sentence;  // what it begins with
  };
  using Options = DataflowOptions;
  const Case cases[] = {
      {"project", [](Options& o) { o.project = ""; }, "--runner Dataflow needs --project:"},
      {"a number", [](Options& o) { o.project = "123456"; }, "--project 123456 is a project's number"},
      {"capitals", [](Options& o) { o.project = "My-Project"; }, "--project 'My-Project' is no project id"},
      {"region", [](Options& o) { o.region = ""; }, "--runner Dataflow needs --region:"},
      {"a URL", [](Options& o) { o.region = "https://x"; }, "--region 'https://x' is no region"},
      {"both locations", [](Options& o) { o.temp_location = o.staging_location = ""; },
       "--runner Dataflow needs --temp_location:"},
      {"a local folder", [](Options& o) { o.temp_location = "/tmp"; },
       "--temp_location \"/tmp\" must be a folder of a bucket"},
      {"no bucket", [](Options& o) { o.staging_location = "gs:///stage"; },
       "--staging_location \"gs:///stage\" must be a folder of a bucket"},
      {"a pattern", [](Options& o) { o.staging_location = "gs://bucket/*"; },
       "--staging_location \"gs://bucket/*\" must be"},
      {"a bucket in capitals", [](Options& o) { o.temp_location = "gs://Bucket/temp"; },
       "--temp_location \"gs://Bucket/temp\": no bucket has such a name"},
      {"a short bucket", [](Options& o) { o.temp_location = "gs://bu/temp"; },
       "--temp_location \"gs://bu/temp\": no bucket has such a name"},
      {"a bucket with a - at its end", [](Options& o) { o.temp_location = "gs://bucket-"; },
       "--temp_location \"gs://bucket-\": no bucket has such a name"},
      {"two lines", [](Options& o) { o.temp_location = "gs://bucket/a\nb"; },
       "--temp_location \"gs://bucket/a\\nb\" must be"},
      {"two regions",
       [](Options& o) {
         o.worker_region = "europe-west1";
         o.experiments = {"worker_region=europe-west4"};
       },
       "--experiments worker_region=europe-west4 is --worker_region by its former name"},
      {"image", [](Options& o) { o.container_image = ""; }, "--runner Dataflow needs --sdk_container_image:"},
      {"no image", [](Options& o) { o.container_image = "my image"; },
       "--sdk_container_image 'my image' is no name of an image"},
      {"capitals in the name", [](Options& o) { o.job_name = "Resample"; }, "--job_name 'Resample' must be"},
      {"a digit first", [](Options& o) { o.job_name = "1-resample"; }, "--job_name '1-resample' must be"},
      {"- at the end", [](Options& o) { o.job_name = "resample-"; }, "--job_name 'resample-' must be"},
      {"a long name", [](Options& o) { o.job_name = std::string(64, 'a'); }, "--job_name 'aaaa"},
      {"a label", [](Options& o) { o.labels["Team"] = "audio"; }, "--labels Team=audio must be"},
      {"a label's value", [](Options& o) { o.labels["team"] = "a b"; }, "--labels team=a b must be"},
      {"many labels",
       [](Options& o) {
         for (int i = 0; i < 65; ++i) o.labels["l" + std::to_string(i)] = "";
       },
       "--labels: a job has at most 64"},
      {"more than the most",
       [](Options& o) {
         o.num_workers = 3;
         o.max_num_workers = 2;
       },
       "--num_workers 3 is more than --max_num_workers 2"},
      {"fewer than none", [](Options& o) { o.disk_size_gb = -1; }, "--disk_size_gb must not be negative"},
      {"two places",
       [](Options& o) {
         o.worker_region = "europe-west1";
         o.worker_zone = "europe-west1-b";
       },
       "--worker_region and --worker_zone exclude each other"},
      {"autoscaling", [](Options& o) { o.autoscaling_algorithm = "FAST"; },
       "--autoscaling_algorithm must be NONE or THROUGHPUT_BASED, not 'FAST'"},
      {"FlexRS", [](Options& o) { o.flexrs_goal = "CHEAP"; },
       "--flexrs_goal must be COST_OPTIMIZED or SPEED_OPTIMIZED, not 'CHEAP'"},
      {"no portable workers", [](Options& o) { o.experiments = {"disable_runner_v2"}; },
       "--experiments disable_runner_v2 turns off"},
  };
  for (const Case& c : cases) {
    DataflowOptions options = GoodOptions();
    c.spoil(options);
    try {
      CompleteDataflowOptions(options, "klay-beam", "x1");
      ADD_FAILURE() << c.name << ": accepted";
    } catch (const UsageError& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with(c.sentence)) << c.name << ": " << error.what();
    }
  }
}

TEST_F(DataflowOptionsTest, FillsInWhatFollows) {
  setenv("GOOGLE_CLOUD_PROJECT", "from-environment", 1);
  setenv("CLOUDSDK_COMPUTE_REGION", "us-east1", 1);
  DataflowOptions options = GoodOptions();
  options.project = options.region = options.staging_location = options.job_name = "";
  CompleteDataflowOptions(options, "Count_Words2", "x1");
  EXPECT_EQ(options.project, "from-environment");
  EXPECT_EQ(options.region, "us-east1");
  EXPECT_EQ(options.staging_location, "gs://bucket/temp");
  EXPECT_EQ(options.job_name, "count-words2-x1");

  options = GoodOptions();
  options.temp_location = options.job_name = "";
  CompleteDataflowOptions(options, std::string(80, 'p'), "x1");
  EXPECT_EQ(options.project, "my-project");
  EXPECT_EQ(options.temp_location, "gs://bucket/stage/");
  EXPECT_EQ(options.job_name, std::string(60, 'p') + "-x1");

  options = GoodOptions();
  options.job_name = "";
  CompleteDataflowOptions(options, "42", "x1");
  EXPECT_EQ(options.job_name, "job-x1");
}

TEST_F(DataflowOptionsTest, LooksForTheProjectAsGooglesClientsDo) {
  const testing_files::TestFolder folder;
  folder.File("key.json", R"({"type": "service_account", "project_id": "from-key"})");
  folder.File("gcloud/configurations/config_default", "[core]\nproject = from-gcloud\n");
  setenv("CLOUDSDK_CONFIG", (folder / "gcloud").c_str(), 1);
  struct Step {
    const char* variable;
    std::string value;
    const char* project;
  };
  // Each goes before those above it.
  for (const Step& step : {Step{"CLOUDSDK_ACTIVE_CONFIG_NAME", "default", "from-gcloud"},
                           Step{"GOOGLE_APPLICATION_CREDENTIALS", folder / "none.json", "from-gcloud"},
                           Step{"GOOGLE_APPLICATION_CREDENTIALS", folder / "key.json", "from-key"},
                           Step{"GCLOUD_PROJECT", "from-former", "from-former"},
                           Step{"GOOGLE_CLOUD_PROJECT", "from-environment", "from-environment"}}) {
    setenv(step.variable, step.value.c_str(), 1);
    DataflowOptions options = GoodOptions();
    options.project = "";
    CompleteDataflowOptions(options, "klay-beam", "x1");
    EXPECT_EQ(options.project, step.project) << step.variable;
  }
}

TEST_F(DataflowOptionsTest, TakesTheGoalInBothSpellings) {
  for (const char* const goal : {"COST_OPTIMIZED", "FLEXRS_COST_OPTIMIZED"}) {
    DataflowOptions options = GoodOptions();
    options.flexrs_goal = goal;
    CompleteDataflowOptions(options, "klay-beam", "x1");
    EXPECT_EQ(options.flexrs_goal, "COST_OPTIMIZED");
  }
}

TEST_F(DataflowOptionsTest, ProjectsOfADomain) {
  DataflowOptions options = GoodOptions();
  options.project = "example.com:my-project";
  CompleteDataflowOptions(options, "klay-beam", "x1");
  EXPECT_EQ(options.project, "example.com:my-project");
}

}  // namespace
}  // namespace beam
