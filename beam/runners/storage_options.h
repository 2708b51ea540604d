// StorageOptions: which servers the schemes of paths lead to, in the names of Beam's other SDKs. A group of flags of
// its own, as a program needs it also where it runs no pipeline. Keys and other secrets are no flags, since a command
// line and the options of a job are open to others: they come from the environment (object_store_options.h).
#pragma once

#include <string>
#include <vector>

#include "beam/io/hdfs_options.h"
#include "beam/runners/options_flag.h"

namespace beam {

struct StorageOptions {
  Flag<std::string, "hdfs://: the name node's host"> hdfs_host = {};
  Flag<int, "hdfs://: the port of its HTTP server"> hdfs_port = HdfsOptions{}.port;
  Flag<std::string, "hdfs://: the user's name; empty: $HADOOP_USER_NAME, or who runs this"> hdfs_user = {};
  Flag<bool, "hdfs://: paths are hdfs://server/path instead of hdfs://path"> hdfs_full_urls = false;

  Flag<std::string, "s3://: the URL of a store other than AWS' own; empty: $AWS_ENDPOINT_URL_S3, $AWS_ENDPOINT_URL">
      s3_endpoint_url = {};
  Flag<std::string, "s3://: the region of the buckets; empty: as AWS' own tools find it"> s3_region_name = {};
  Flag<std::string, "az://, abfs://: the client id of the managed identity that asks">
      azure_managed_identity_client_id = {};
  Flag<std::string,
       "gs://, --runner Dataflow: the service account that asks, in place of who you are; [DELEGATE,...,]ACCOUNT">
      impersonate_service_account = {};
  Flag<std::vector<std::string>, "the same: what the tokens are good for, URL[,URL]; nothing: all of Google Cloud">
      gcp_oauth_scopes = {};
  Flag<bool, "gs://, s3://, az://: ask without credentials, for public buckets"> no_auth = false;

  void Validate() const;
};

// Makes all paths of this process lead there, and those of pipelines that are sent to engines from now on. Called once
// the flags are parsed, before a path is used.
void UseStorage(const StorageOptions& options);

// What UseStorage() was last given.
StorageOptions StorageInUse();

}  // namespace beam
