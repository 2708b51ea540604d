#include "tests/storage/store.h"

#include <cstdlib>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "beam/io/hdfs_file_system.h"
#include "beam/io/local_file_system.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/object_file_system.h"
#include "beam/io/test_files.h"

namespace beam::testing_storage {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Store OpenLocal() {
  auto folder = std::make_shared<testing_files::TestFolder>();
  const std::string root = folder->path();
  return {.files = std::make_shared<LocalFileSystem>(),
          .root = root,
          .traits = {.has_folders = true, .rewrites = true, .keeps_replaced = true},
          .cleanup = std::move(folder)};
}

Store OpenMemory() {
  return {.files = std::make_shared<MemoryFileSystem>(),
          .root = "mem://root/",
          .traits = {.rewrites = true, .keeps_replaced = true}};
}

// HOST:PORT of the store's emulator.
std::string Endpoint() {
  std::ifstream file(Environment("STORE_ENDPOINT_FILE"));
  std::string endpoint;
  if (!std::getline(file, endpoint)) {
    throw std::runtime_error("STORE_ENDPOINT_FILE must name a file that holds HOST:PORT of the store's emulator");
  }
  return endpoint;
}

// A name that no other test has.
std::string NewName() {
  std::random_device random;
  return "test-" + std::to_string(random()) + "-" + std::to_string(random());
}

Store OpenHdfs() {
  const std::string endpoint = Endpoint();
  const std::size_t colon = endpoint.find(':');
  const HdfsOptions options{.host = endpoint.substr(0, colon), .port = std::stoi(endpoint.substr(colon + 1))};
  return {.files = std::make_shared<HdfsFileSystem>(options),
          .root = "hdfs://" + NewName() + "/",
          .traits = {.has_folders = true, .refused_names = {"colon", "not_utf8"}}};
}

// In the bucket that scripts/emulators/start.sh makes.
Store OpenObjects(const ObjectStoreOptions& options, StoreTraits traits) {
  traits.rewrites = true;
  traits.refuses_empty_parts = true;
  return {.files = std::make_shared<ObjectFileSystem>(options),
          .root = options.scheme + "://klay/" + NewName() + "/",
          .traits = std::move(traits)};
}

Store OpenGcs() {
  ::setenv("STORAGE_EMULATOR_HOST", ("http://" + Endpoint()).c_str(), 1);
  return OpenObjects({.scheme = "gs"}, {.refused_names = {"newline", "not_utf8"}});
}

Store OpenS3() {
  return OpenObjects({.scheme = "s3",
                      .s3_endpoint_url = "http://" + Endpoint(),
                      .s3_access_key_id = "klay",
                      .s3_secret_access_key = "beam"},
                     {.refused_names = {"newline", "control", "not_utf8"}});
}

Store OpenAzure() {
  return OpenObjects(
      {.scheme = "abfs",
       .azure_connection_string = "AccountName=klay;AccountKey=a2xheQ==;BlobEndpoint=http://" + Endpoint() + "/klay"},
      {.refused_names = {"newline", "control", "not_utf8", "backslash"}});
}

struct NamedStore {
  std::string_view name;
  Store (*open)();
};
constexpr NamedStore kStores[] = {{"local", &OpenLocal}, {"memory", &OpenMemory}, {"hdfs", &OpenHdfs},
                                  {"gcs", &OpenGcs},     {"s3", &OpenS3},         {"azure", &OpenAzure}};

}  // namespace

Store OpenStore() {
  const std::string name = Environment("STORE");
  for (const NamedStore& store : kStores) {
    if (store.name == name) return store.open();
  }
  throw std::runtime_error("STORE must name the store to test, not '" + name + "'");
}

}  // namespace beam::testing_storage
