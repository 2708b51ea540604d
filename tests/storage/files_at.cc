#include "tests/storage/files_at.h"

#include <string>
#include <utility>

#include "beam/io/gcs/gcs_store.h"
#include "beam/io/hdfs_file_system.h"
#include "beam/io/object_file_system.h"
#include "beam/io/object_requests.h"
#include "beam/io/store_library.h"
#include "beam/io/webhdfs.h"

namespace beam::testing_storage {
namespace {

using internal::ObjectRequests;
using internal::ObjectStore;
using internal::StoreAnswer;

class Tokens final : public internal::TokenSource {
 public:
  internal::FetchedToken Fetch() override { return {"token-" + std::to_string(++fetched_), std::chrono::hours(1)}; }

 private:
  int fetched_ = 0;
};

}  // namespace

std::shared_ptr<FileSystem> FilesAt(const std::string& scheme, const std::string& endpoint,
                                    const FilesAtOptions& options) {
  if (scheme == "hdfs") {
    const std::size_t colon = endpoint.find(':');
    return std::make_shared<HdfsFileSystem>(std::make_shared<internal::WebHdfs>(
        HdfsOptions{.host = endpoint.substr(0, colon), .port = std::stoi(endpoint.substr(colon + 1))}, options.policy));
  }
  const auto open = [=, uploads = options.uploads](std::unique_ptr<ObjectStore>& store) -> StoreAnswer {
    if (scheme != "gs") {
      return internal::OpenFromLibrary(
          {.scheme = scheme,
           .s3_endpoint_url = "http://" + endpoint,
           .azure_connection_string = "AccountName=klay;AccountKey=a2xheQ==;BlobEndpoint=http://" + endpoint + "/klay"},
          store);
    }
    store = std::make_unique<internal::GcsStore>(
        std::make_shared<internal::GcsHttp>(
            "http://" + endpoint, std::make_unique<GoogleCredentials>(std::make_unique<Tokens>()), /*by_proxy=*/false),
        uploads);
    return {};
  };
  return std::make_shared<ObjectFileSystem>(std::make_shared<ObjectRequests>(scheme, open, options.policy));
}

}  // namespace beam::testing_storage
