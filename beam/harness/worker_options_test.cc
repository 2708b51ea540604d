#include "beam/harness/worker_options.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>

#include "beam/base/error.h"

namespace beam {
namespace {

// "LEVEL BYTES", with - for what is not there, and behind it what else there is; or the error.
std::string Read(const std::string& json) {
  google::protobuf::Struct options;
  if (!google::protobuf::util::JsonStringToMessage(json, &options).ok()) return "no JSON";
  try {
    const WorkerOptions read = ReadWorkerOptions(options);
    return std::string(read.log_level ? LogLevelName(*read.log_level) : "-") + " "
        + (read.max_memory_bytes ? std::to_string(*read.max_memory_bytes) : "-")
        + (read.side_input_cache_bytes ? " cache " + std::to_string(*read.side_input_cache_bytes) : "")
        + (read.hdfs.host.empty() ? ""
                                  : " " + read.hdfs.user + "@" + read.hdfs.host + ":" + std::to_string(read.hdfs.port))
        + (read.hdfs.full_urls ? " full" : "")
        + (read.objects.s3_endpoint_url.empty() ? "" : " s3 " + read.objects.s3_endpoint_url)
        + read.objects.s3_region_name + read.objects.azure_managed_identity_client_id
        + (read.objects.no_auth ? " no_auth" : "");
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(WorkerOptionsTest, ReadsEveryShape) {
  struct Case {
    const char* json;
    const char* read;
  };
  for (const Case& c : {
           Case{"{}", "- -"},
           {R"({"beam:option:default_sdk_harness_log_level:v1": "WARNING"})", "WARN -"},
           {R"({"beam:option:default_sdk_harness_log_level:v1": "TRACE"})", "DEBUG -"},
           {R"({"beam:option:max_memory:v1": "12345678901"})", "- 12345678901"},
           {R"({"beam:option:max_memory:v1": 100.0, "beam:option:of_others:v1": {"x": []}})", "- 100"},
           {R"({"beam:option:max_memory:v1": null})", "- -"},
           {R"({"beam:option:max_memory:v1": 0})", "- -"},
           {R"({"options": {"default_sdk_harness_log_level": "ERROR", "max_memory": 7}, "display_data": []})",
            "ERROR 7"},
           {R"({"options": "none"})", "- -"},
           {R"({"beam:option:max_cache_memory_usage_mb:v1": "3"})", "- - cache 3145728"},
           {R"({"options": {"max_cache_memory_usage_mb": 0}})", "- -"},
           {R"({"options": {"max_cache_memory_usage_mb": "a lot"}})",
            "the pipeline's option max_cache_memory_usage_mb is 'a lot', which is no number of megabytes"},
           {R"({"options": {"max_cache_memory_usage_mb": 5000000000}})",
            "the pipeline's option max_cache_memory_usage_mb is '5000000000', which is more than there is"},
           {R"({"beam:option:hdfs_host:v1": "node"})", "- - @node:9870"},
           {R"({"options": {"hdfs_host": "node", "hdfs_port": 80, "hdfs_user": "me", "hdfs_full_urls": true}})",
            "- - me@node:80 full"},
           {R"({"options": {"s3_endpoint_url": "http://s3:90", "s3_region_name": " eu"}})", "- - s3 http://s3:90 eu"},
           {R"({"options": {"azure_managed_identity_client_id": " id", "no_auth": true}})", "- - id no_auth"},
           {R"({"options": {"hdfs_host": "node", "hdfs_port": "x"}})",
            "the pipeline's option hdfs_port is 'x', which is no port"},
           {R"({"options": {"default_sdk_harness_log_level": "LOUD"}})",
            "the pipeline's option default_sdk_harness_log_level is 'LOUD', which is no level of severity"},
           {R"({"options": {"max_memory": "2GB"}})",
            "the pipeline's option max_memory is '2GB', which is no number of bytes"},
           {R"({"options": {"max_memory": -1}})",
            "the pipeline's option max_memory is 'number_value: -1', which is no number of bytes"},
           {R"({"options": {"hdfs_host": []}})",
            "the pipeline's option hdfs_host is 'list_value { }', which is no text"},
           {R"({"options": {"hdfs_full_urls": "false", "no_auth": "true"}})", "- - no_auth"},
           {R"({"options": {"no_auth": "yes"}})",
            "the pipeline's option no_auth is 'yes', which is neither true nor false"},
       }) {
    EXPECT_EQ(Read(c.json), c.read) << c.json;
  }
}

}  // namespace
}  // namespace beam
