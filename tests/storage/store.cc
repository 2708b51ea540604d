#include "tests/storage/store.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>

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

struct NamedStore {
  std::string_view name;
  Store (*open)();
};
constexpr NamedStore kStores[] = {{"local", &OpenLocal}, {"memory", &OpenMemory}};

}  // namespace

Store OpenStore() {
  const std::string name = Environment("STORE");
  for (const NamedStore& store : kStores) {
    if (store.name == name) return store.open();
  }
  throw std::runtime_error("STORE must name the store to test, not '" + name + "'");
}

}  // namespace beam::testing_storage
