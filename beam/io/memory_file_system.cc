#include "beam/io/memory_file_system.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/path_text.h"

namespace beam {

void MemoryFileSystem::State::Put(const std::string& path, std::string bytes, double last_updated_in_seconds) {
  files[path] = {std::make_shared<const std::string>(std::move(bytes)), last_updated_in_seconds,
                 tells_versions ? ++last_version : 0};
}

FileMetadata MemoryFileSystem::MetadataOf(const std::string& path, const File& file) {
  return {path, static_cast<std::int64_t>(file.bytes->size()), file.last_updated_in_seconds, file.version};
}

class MemoryFileSystem::Listing final : public FileListing {
 public:
  Listing(std::shared_ptr<State> state, const std::string& prefix, const ListOptions& options)
      : state_(std::move(state)), prefix_(prefix), options_(options), next_(std::max(prefix, options.start_after)) {}

  bool Next(FileMetadata& entry) override {
    const std::lock_guard lock(state_->mutex);
    for (;;) {
      const auto file = state_->files.lower_bound(next_);
      if (file == state_->files.end() || !file->first.starts_with(prefix_)) return false;
      const std::string& path = file->first;
      const std::size_t slash = options_.recursive ? std::string::npos : path.find('/', prefix_.size());
      if (slash == std::string::npos) {
        next_ = path + '\0';  // the next possible path
        entry = MetadataOf(path, file->second);
      } else {
        entry = {path.substr(0, slash + 1), 0, 0};
        next_ = path.substr(0, slash) + static_cast<char>('/' + 1);  // behind everything in that folder
      }
      if (entry.path > options_.start_after && (!options_.keep || options_.keep(entry.path))) return true;
    }
  }

 private:
  const std::shared_ptr<State> state_;
  const std::string prefix_;
  const ListOptions options_;
  std::string next_;  // no path below this one is of interest
};

class MemoryFileSystem::Source final : public ByteSource {
 public:
  Source(std::string path, const File& file) : path_(std::move(path)), bytes_(file.bytes), version_(file.version) {}

  std::size_t Read(void* out, std::size_t size) override {
    if (position_ >= bytes_->size()) return 0;
    const std::size_t count = std::min(size, bytes_->size() - static_cast<std::size_t>(position_));
    std::memcpy(out, bytes_->data() + position_, count);
    position_ += count;
    return count;
  }

  void Seek(std::uint64_t offset) override { position_ = offset; }
  std::optional<std::uint64_t> Size() const override { return bytes_->size(); }
  std::int64_t Version() const override { return version_; }
  const std::string& path() const override { return path_; }

 private:
  const std::string path_;
  const std::shared_ptr<const std::string> bytes_;
  const std::int64_t version_;
  std::uint64_t position_ = 0;
};

class MemoryFileSystem::Sink final : public ByteSink {
 public:
  Sink(std::shared_ptr<State> state, std::string path) : state_(std::move(state)), path_(std::move(path)) {}

  void Write(const void* data, std::size_t size) override { bytes_.append(static_cast<const char*>(data), size); }

  bool CanRewrite() const override { return true; }
  void Rewrite(std::uint64_t offset, const void* data, std::size_t size) override {
    bytes_.replace(offset, size, static_cast<const char*>(data), size);
  }

  void Finish() override {
    const std::lock_guard lock(state_->mutex);
    const auto time = static_cast<double>(++state_->changes);
    state_->Put(path_, std::move(bytes_), time);
  }

  const std::string& path() const override { return path_; }

 private:
  const std::shared_ptr<State> state_;
  const std::string path_;
  std::string bytes_;
};

MemoryFileSystem::MemoryFileSystem() : state_(std::make_shared<State>()) {}

void MemoryFileSystem::Put(const std::string& path, std::string bytes) {
  Sink sink(state_, path);
  sink.Write(bytes.data(), bytes.size());
  sink.Finish();
}

void MemoryFileSystem::Put(const std::string& path, std::string bytes, double last_updated_in_seconds) {
  const std::lock_guard lock(state_->mutex);
  state_->Put(path, std::move(bytes), last_updated_in_seconds);
}

void MemoryFileSystem::TellVersions() {
  const std::lock_guard lock(state_->mutex);
  state_->tells_versions = true;
}

std::optional<std::string> MemoryFileSystem::Get(const std::string& path) const {
  const std::lock_guard lock(state_->mutex);
  const auto file = state_->files.find(path);
  if (file == state_->files.end()) return std::nullopt;
  return *file->second.bytes;
}

std::vector<std::string> MemoryFileSystem::Paths() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> paths;
  for (const auto& [path, file] : state_->files) paths.push_back(path);
  return paths;
}

std::unique_ptr<FileListing> MemoryFileSystem::List(const std::string& prefix, const ListOptions& options) {
  return std::make_unique<Listing>(state_, prefix, options);
}

std::optional<FileStatus> MemoryFileSystem::Status(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  if (const auto file = state_->files.find(path); file != state_->files.end()) {
    return FileStatus{MetadataOf(path, file->second), FileKind::kFile};
  }
  const std::string folder = path.ends_with('/') ? path : path + '/';
  const auto inside = state_->files.lower_bound(folder);
  if (inside == state_->files.end() || !inside->first.starts_with(folder)) return std::nullopt;
  return FileStatus{{path, 0, 0}, FileKind::kDirectory};
}

std::unique_ptr<ByteSource> MemoryFileSystem::OpenRead(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const auto file = state_->files.find(path);
  if (file == state_->files.end()) {
    throw Error("cannot open " + internal::Quoted(path) + ": there is no such file; check the name");
  }
  return std::make_unique<Source>(path, file->second);
}

std::unique_ptr<ByteSink> MemoryFileSystem::OpenWrite(const std::string& path) {
  return std::make_unique<Sink>(state_, path);
}

void MemoryFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(state_->mutex);
  auto file = state_->files.extract(from);
  if (!file) throw Error("cannot rename " + internal::Quoted(from) + ": there is no such file; check the name");
  state_->files.erase(to);
  file.key() = to;
  state_->files.insert(std::move(file));
}

bool MemoryFileSystem::Delete(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  return state_->files.erase(path) > 0;
}

void MemoryFileSystem::MakeDirectories(const std::string&) {}

}  // namespace beam
