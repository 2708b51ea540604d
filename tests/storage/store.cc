#include "tests/storage/store.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "beam/base/environment.h"
#include "beam/io/gcs/gcs_reader.h"
#include "beam/io/hdfs_file_system.h"
#include "beam/io/local_file_system.h"
#include "beam/io/memory_file_system.h"
#include "beam/io/object_file_system.h"
#include "beam/io/test_files.h"

namespace beam::testing_storage {
namespace {

using internal::Environment;
using std::chrono::milliseconds;

Store OpenLocal() {
  auto folder = std::make_shared<testing_files::TestFolder>();
  const std::string root = folder->path();
  return {
      .files = std::make_shared<LocalFileSystem>(),
      .root = root,
      // The kernel's clock for files ticks at least a hundred times a second.
      .traits = {.has_folders = true, .rewrites = true, .keeps_replaced = UINT64_MAX, .time_step = milliseconds(10)},
      .cleanup = std::move(folder)};
}

Store OpenMemory() {
  return {.files = std::make_shared<MemoryFileSystem>(),
          .root = "mem://root/",
          .traits = {.rewrites = true, .keeps_replaced = UINT64_MAX}};
}

std::string EndpointOf(const std::string& name) {
  std::ifstream file(Environment("STORE_ENDPOINTS") + "/" + name + ".endpoint");
  std::string endpoint;
  if (!std::getline(file, endpoint)) {
    throw std::runtime_error("STORE_ENDPOINTS must name a folder with " + name
                             + ".endpoint, which holds HOST:PORT of the store's emulator");
  }
  return endpoint;
}

void SetEnvironment(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }

// A name that no other test has.
std::string NewName() {
  std::random_device random;
  return "test-" + std::to_string(random()) + "-" + std::to_string(random());
}

Store OpenHdfs() {
  const std::string endpoint = EndpointOf("hdfs");
  const std::size_t colon = endpoint.find(':');
  const HdfsOptions options{.host = endpoint.substr(0, colon), .port = std::stoi(endpoint.substr(colon + 1))};
  Store store{.files = std::make_shared<HdfsFileSystem>(options),
              .root = "hdfs://" + NewName() + "/",
              .traits = {.has_folders = true,
                         .rewrites = true,
                         .time_step = milliseconds(1),
                         .many = 300,
                         .refused_names = {"colon", "not_utf8"}},
              .endpoint = endpoint};
  store.LeadTo(endpoint);
  return store;
}

// In the bucket that scripts/emulators/start.sh makes.
Store OpenObjects(const std::string& scheme, StoreTraits traits) {
  traits.rewrites = true;
  traits.refuses_empty_parts = scheme != "gs";
  return {.files = std::make_shared<ObjectFileSystem>(ObjectStoreOptions{.scheme = scheme}),
          .root = scheme + "://klay/" + NewName() + "/",
          .traits = std::move(traits)};
}

struct EmulatorName {
  const char* name;
  const char* variable;
  const char* value = "http://@";
};

Store OpenObjectsAt(const EmulatorName& emulator, const std::string& scheme, StoreTraits traits) {
  Store store = OpenObjects(scheme, std::move(traits));
  store.endpoint = EndpointOf(emulator.name);
  store.endpoint_variable = emulator.variable;
  store.endpoint_value = emulator.value;
  store.LeadTo(store.endpoint);
  return store;
}

Store OpenGcs() {
  return OpenObjectsAt({"gcs", "STORAGE_EMULATOR_HOST"}, "gs",
                       {.keeps_replaced = internal::kGcsStreamBytes,
                        .copies_what_is_there = true,
                        .refused_names = {"newline", "not_utf8"}});
}

Store OpenGcsFiles() { return OpenObjectsAt({"gcs_files", "STORAGE_EMULATOR_HOST"}, "gs", {}); }

Store OpenS3At(const std::string& emulator, StoreTraits traits) {
  SetEnvironment("AWS_ACCESS_KEY_ID", "klay");
  SetEnvironment("AWS_SECRET_ACCESS_KEY", "beam");
  traits.time_step = milliseconds(1000);
  traits.refused_names = {"newline", "control", "not_utf8"};
  return OpenObjectsAt({emulator.c_str(), "AWS_ENDPOINT_URL"}, "s3", std::move(traits));
}

Store OpenS3() { return OpenS3At("s3", {.many = 300}); }

Store OpenGofakes3() {
  // It takes a checksum behind the bytes for a part of them, as stores of other makes do that are older than that.
  SetEnvironment("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required");
  return OpenS3At("gofakes3", {.has_no_times = true, .forgets_uploads = true, .many = 3'000});
}

Store OpenAzure() {
  return OpenObjectsAt(
      {"azure", "AZURE_STORAGE_CONNECTION_STRING", "AccountName=klay;AccountKey=a2xheQ==;BlobEndpoint=http://@/klay"},
      "abfs", {.time_step = milliseconds(1000), .refused_names = {"newline", "control", "not_utf8", "backslash"}});
}

struct NamedStore {
  std::string_view name;
  Store (*open)();
};
constexpr NamedStore kStores[] = {{"local", &OpenLocal},       {"memory", &OpenMemory},      {"hdfs", &OpenHdfs},
                                  {"gcs", &OpenGcs},           {"gcs_files", &OpenGcsFiles}, {"s3", &OpenS3},
                                  {"gofakes3", &OpenGofakes3}, {"azure", &OpenAzure}};

}  // namespace

void Store::LeadTo(const std::string& other) {
  if (endpoint_variable.empty()) {
    const std::size_t colon = other.find(':');
    flags = {"--hdfs_host", other.substr(0, colon), "--hdfs_port", other.substr(colon + 1)};
    return;
  }
  std::string value = endpoint_value;
  SetEnvironment(endpoint_variable.c_str(), value.replace(value.find('@'), 1, other));
}

Store OpenStore(const std::string& name) {
  for (const NamedStore& store : kStores) {
    if (store.name == name) return store.open();
  }
  throw std::runtime_error("there is no store '" + name + "' to test");
}

Store OpenStore() { return OpenStore(Environment("STORE")); }

}  // namespace beam::testing_storage
