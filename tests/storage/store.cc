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
std::pair<std::string, int> Endpoint() {
  std::ifstream file(Environment("STORE_ENDPOINT_FILE"));
  std::string host;
  int port = 0;
  if (!std::getline(file, host, ':') || !(file >> port)) {
    throw std::runtime_error("STORE_ENDPOINT_FILE must name a file that holds HOST:PORT of the store's emulator");
  }
  return {host, port};
}

// A name that no other test has.
std::string NewName() {
  std::random_device random;
  return "test-" + std::to_string(random()) + "-" + std::to_string(random());
}

Store OpenHdfs() {
  const auto [host, port] = Endpoint();
  return {.files = std::make_shared<HdfsFileSystem>(HdfsOptions{.host = host, .port = port}),
          .root = "hdfs://" + NewName() + "/",
          .traits = {.has_folders = true, .refused_names = {"colon", "not_utf8"}}};
}

struct NamedStore {
  std::string_view name;
  Store (*open)();
};
constexpr NamedStore kStores[] = {{"local", &OpenLocal}, {"memory", &OpenMemory}, {"hdfs", &OpenHdfs}};

}  // namespace

Store OpenStore() {
  const std::string name = Environment("STORE");
  for (const NamedStore& store : kStores) {
    if (store.name == name) return store.open();
  }
  throw std::runtime_error("STORE must name the store to test, not '" + name + "'");
}

}  // namespace beam::testing_storage
