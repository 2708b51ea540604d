#include "beam/io/object_file_system.h"

#include <cstddef>
#include <utility>

#include "beam/io/finish_files.h"
#include "beam/io/gcs/gcs_store.h"
#include "beam/io/listed_file.h"
#include "beam/io/object_byte_sink.h"
#include "beam/io/object_byte_source.h"
#include "beam/io/object_listing.h"
#include "beam/io/object_names.h"
#include "beam/io/object_requests.h"
#include "beam/io/store_library.h"

namespace beam {

using internal::ObjectInfo;
using internal::ObjectStore;
using internal::ParseObjectPath;
using internal::StoreAnswer;
using internal::StoreVerb;

namespace {

constexpr std::size_t kUploads = 16;  // sent at once by one caller

}  // namespace

ObjectFileSystem::ObjectFileSystem(const ObjectStoreOptions& options)
    : ObjectFileSystem(
          std::make_shared<internal::ObjectRequests>(options.scheme, [options](std::unique_ptr<ObjectStore>& store) {
            return options.scheme == "gs" ? internal::OpenGcsStore(options, store)
                                          : internal::OpenFromLibrary(options, store);
          })) {}

ObjectFileSystem::ObjectFileSystem(std::shared_ptr<internal::ObjectRequests> requests)
    : requests_(std::move(requests)) {}

ObjectFileSystem::~ObjectFileSystem() = default;

std::unique_ptr<FileListing> ObjectFileSystem::List(const std::string& prefix, const ListOptions& options) {
  return internal::ListObjects(requests_, prefix, options);
}

bool ObjectFileSystem::ListsFromAnywhere(const std::string& path) { return requests_->ListsPages(path); }

std::optional<FileStatus> ObjectFileSystem::Status(const std::string& path) {
  std::string name = ParseObjectPath(path, /*bucket_alone=*/true).name;
  const bool wants_folder = name.ends_with('/');
  if (wants_folder) name.pop_back();
  ObjectInfo info;
  const StoreAnswer::Kind kind = requests_->Run(
      StoreVerb::kLook, path, [&](ObjectStore& store) { return store.Look(name, info); }, /*may_be_missing=*/true);
  if (kind == StoreAnswer::Kind::kNotFound) return std::nullopt;
  if (info.is_folder()) return FileStatus{{path, 0, 0}, FileKind::kDirectory};
  if (wants_folder) return std::nullopt;
  return FileStatus{{path, info.size_in_bytes, info.last_updated_in_seconds, info.version}, FileKind::kFile};
}

std::unique_ptr<ByteSource> ObjectFileSystem::OpenRead(const std::string& path) {
  return internal::OpenObject(requests_, path);
}

std::unique_ptr<ByteSink> ObjectFileSystem::OpenWrite(const std::string& path) {
  return std::make_unique<internal::ObjectByteSink>(requests_, path);
}

std::vector<std::string> ObjectFileSystem::FinishAll(const std::vector<ByteSink*>& sinks) {
  return internal::FinishSideBySide(sinks, kUploads);
}

void ObjectFileSystem::Rename(const std::string& from, const std::string& to) {
  CopyWithin(StoreVerb::kMove, {.path = from}, to);
  const std::string source = ParseObjectPath(from).name;
  // By itself: were the copy made once more, it would find its source gone where only an answer was lost.
  requests_->Run(
      StoreVerb::kMove, from, [&](ObjectStore& store) { return store.Delete(source); }, /*may_be_missing=*/true);
}

void ObjectFileSystem::Copy(const FileMetadata& from, const std::string& to) {
  if (static_cast<std::uint64_t>(from.size_in_bytes) > requests_->LargestCopy(from.path)) {
    return FileSystem::Copy(from, to);
  }
  CopyWithin(StoreVerb::kCopy, from, to);
  internal::CheckUnchanged(*this, from);
}

void ObjectFileSystem::CopyWithin(StoreVerb verb, const FileMetadata& from, const std::string& to) {
  const std::string source = ParseObjectPath(from.path).name;
  const std::string target = internal::NameForNewObject(to);
  internal::FailuresInARow failures;
  std::uint64_t furthest = 0;
  for (internal::CopyProgress progress; !progress.done;) {
    requests_->Run(
        verb, from.path, [&](ObjectStore& store) { return store.CopySome(source, from.version, target, progress); },
        failures);
    // What is copied once more, as the store has lost it, is no progress.
    if (progress.copied > furthest) {
      furthest = progress.copied;
      failures = {};
    }
  }
}

bool ObjectFileSystem::Delete(const std::string& path) {
  const std::string name = ParseObjectPath(path).name;
  int attempts = 0;
  const StoreAnswer::Kind kind = requests_->Run(
      StoreVerb::kDelete, path,
      [&](ObjectStore& store) {
        ++attempts;
        return store.Delete(name);
      },
      /*may_be_missing=*/true);
  // An attempt whose answer was lost may have deleted it.
  return kind == StoreAnswer::Kind::kOk || attempts > 1;
}

void ObjectFileSystem::MakeDirectories(const std::string&) {}

}  // namespace beam
