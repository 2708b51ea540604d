#include "beam/runners/storage_options.h"

#include <memory>
#include <mutex>

#include "beam/base/error.h"
#include "beam/io/file_systems.h"
#include "beam/io/hdfs_file_system.h"
#include "beam/io/object_store_options.h"
#include "beam/runners/flag_list.h"

namespace beam {
namespace {

struct InUse {
  std::mutex mutex;
  StorageOptions options;
};

InUse& Process() {
  static auto* in_use = new InUse;  // never destroyed: threads may outlive main()
  return *in_use;
}

}  // namespace

void StorageOptions::Validate() const {
  if (hdfs_port < 1 || hdfs_port > 65535) {
    throw UsageError("--hdfs_port must be from 1 to 65535, not " + std::to_string(hdfs_port));
  }
  if (hdfs_host.find_first_of(":/") != std::string::npos) {
    throw UsageError("--hdfs_host is a host alone, such as namenode.example, not '" + hdfs_host
                     + "'; the port is --hdfs_port");
  }
}

void UseStorage(const StorageOptions& options) {
  InUse& in_use = Process();
  const std::lock_guard lock(in_use.mutex);
  in_use.options = options;
  RegisterFileSystem("hdfs",
                     std::make_shared<HdfsFileSystem>(HdfsOptions{.host = options.hdfs_host,
                                                                  .port = options.hdfs_port,
                                                                  .user = options.hdfs_user,
                                                                  .full_urls = options.hdfs_full_urls}));
  RegisterObjectStores(
      ObjectStoreOptions{.no_auth = options.no_auth,
                         .impersonate_service_account = options.impersonate_service_account,
                         .gcp_oauth_scopes = ListItems(options.gcp_oauth_scopes),
                         .s3_endpoint_url = options.s3_endpoint_url,
                         .s3_region_name = options.s3_region_name,
                         .azure_managed_identity_client_id = options.azure_managed_identity_client_id});
}

StorageOptions StorageInUse() {
  InUse& in_use = Process();
  const std::lock_guard lock(in_use.mutex);
  return in_use.options;
}

}  // namespace beam
