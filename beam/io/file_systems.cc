#include "beam/io/file_systems.h"

#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/hdfs_file_system.h"
#include "beam/io/local_file_system.h"
#include "beam/io/object_file_system.h"
#include "beam/io/path_text.h"

namespace beam {
namespace {

std::map<std::string, std::shared_ptr<FileSystem>> ObjectStores(ObjectStoreOptions options) {
  std::map<std::string, std::shared_ptr<FileSystem>> stores;
  for (const char* scheme : {"gs", "s3", "abfs"}) {
    options.scheme = scheme;
    stores[scheme] = std::make_shared<ObjectFileSystem>(options);
  }
  stores["az"] = stores["abfs"];
  return stores;
}

struct Registry {
  std::shared_mutex mutex;
  std::map<std::string, std::shared_ptr<FileSystem>, std::less<>> by_scheme;

  Registry() {
    const auto local = std::make_shared<LocalFileSystem>();
    by_scheme[""] = local;
    by_scheme["file"] = local;
    by_scheme["hdfs"] = std::make_shared<HdfsFileSystem>(HdfsOptions{});
    for (auto& [scheme, store] : ObjectStores({})) by_scheme[scheme] = std::move(store);
  }
};

Registry& TheRegistry() {
  static auto* registry = new Registry;  // never destroyed: worker threads may read files while the process exits
  return *registry;
}

// Names that other programs have for what is a scheme here, too.
struct ForeignScheme {
  std::string_view name;
  std::string_view how_to_write_it;
};
constexpr std::string_view kAzure =
    "is written abfs://CONTAINER/NAME here, and its account is named by AZURE_STORAGE_ACCOUNT or "
    "AZURE_STORAGE_CONNECTION_STRING";
constexpr std::string_view kS3 = "is written s3://BUCKET/NAME here";
constexpr ForeignScheme kForeignSchemes[] = {{"abfss", kAzure}, {"azfs", kAzure}, {"wasb", kAzure},
                                             {"wasbs", kAzure}, {"s3a", kS3},     {"s3n", kS3}};

std::string Supported(const Registry& registry) {
  std::string text;
  for (const auto& [scheme, file_system] : registry.by_scheme) {
    if (!text.empty()) text += ", ";
    text += scheme.empty() ? "local paths" : scheme + "://";
  }
  return text;
}

}  // namespace

std::shared_ptr<FileSystem> FileSystemFor(std::string_view path) {
  const std::string scheme = internal::SchemeOf(path);
  Registry& registry = TheRegistry();
  const std::shared_lock lock(registry.mutex);
  if (const auto found = registry.by_scheme.find(scheme); found != registry.by_scheme.end()) return found->second;
  for (const ForeignScheme& foreign : kForeignSchemes) {
    if (foreign.name == scheme) throw UsageError(internal::Quoted(path) + " " + std::string(foreign.how_to_write_it));
  }
  throw Error("no file system is registered for " + scheme + "://, so " + internal::Quoted(path)
              + " cannot be used; this program supports " + Supported(registry) + " (write ./ before a local name)");
}

std::shared_ptr<FileSystem> RegisterFileSystem(const std::string& scheme, std::shared_ptr<FileSystem> file_system) {
  Registry& registry = TheRegistry();
  const std::unique_lock lock(registry.mutex);
  std::shared_ptr<FileSystem> former;
  if (const auto found = registry.by_scheme.find(scheme); found != registry.by_scheme.end()) {
    former = std::move(found->second);
    registry.by_scheme.erase(found);
  }
  if (file_system) registry.by_scheme[scheme] = std::move(file_system);
  return former;
}

void RegisterObjectStores(const ObjectStoreOptions& options) {
  for (auto& [scheme, store] : ObjectStores(options)) RegisterFileSystem(scheme, std::move(store));
}

ScopedFileSystem::ScopedFileSystem(std::string scheme, std::shared_ptr<FileSystem> file_system)
    : scheme_(std::move(scheme)), former_(RegisterFileSystem(scheme_, std::move(file_system))) {}

ScopedFileSystem::~ScopedFileSystem() { RegisterFileSystem(scheme_, std::move(former_)); }

}  // namespace beam
