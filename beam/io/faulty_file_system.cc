#include "beam/io/faulty_file_system.h"

#include <algorithm>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/path_text.h"

namespace beam {
namespace {

[[noreturn]] void ThrowInjected(const char* what, const std::string& path, const std::string& text) {
  throw Error(std::string("cannot ") + what + " " + internal::Quoted(path) + ": " + text);
}

}  // namespace

class FaultyFileSystem::Listing final : public FileListing {
 public:
  Listing(std::shared_ptr<State> state, std::unique_ptr<FileListing> inner)
      : state_(std::move(state)), inner_(std::move(inner)) {}

  bool Next(FileMetadata& entry) override {
    if (!inner_->Next(entry)) return false;
    if (const std::optional<Fault> fault = state_->Take(state_->listing, entry.path)) {
      ThrowInjected("list", entry.path, fault->text);
    }
    state_->VanishIfAsked(entry.path);
    return true;
  }

 private:
  const std::shared_ptr<State> state_;
  const std::unique_ptr<FileListing> inner_;
};

class FaultyFileSystem::Source final : public ByteSource {
 public:
  Source(std::unique_ptr<ByteSource> inner, std::optional<Fault> fault, std::uint64_t end, std::uint64_t damaged,
         std::size_t most_bytes)
      : inner_(std::move(inner)), fault_(std::move(fault)), end_(end), damaged_(damaged), most_bytes_(most_bytes) {}

  std::size_t Read(void* out, std::size_t size) override {
    ++reads_;
    if (fault_ && reads_ == fault_->nth) ThrowInjected("read", path(), fault_->text);
    if (position_ >= end_) return 0;
    const std::uint64_t most = std::min<std::uint64_t>(most_bytes_, end_ - position_);
    const std::size_t count = inner_->Read(out, static_cast<std::size_t>(std::min<std::uint64_t>(size, most)));
    if (damaged_ >= position_ && damaged_ - position_ < count) static_cast<char*>(out)[damaged_ - position_] ^= 1;
    position_ += count;
    return count;
  }

  void Seek(std::uint64_t offset) override {
    inner_->Seek(offset);
    position_ = offset;
  }

  std::optional<std::uint64_t> Size() const override { return inner_->Size(); }
  std::int64_t Version() const override { return inner_->Version(); }
  const std::string& path() const override { return inner_->path(); }

 private:
  const std::unique_ptr<ByteSource> inner_;
  const std::optional<Fault> fault_;
  const std::uint64_t end_;
  const std::uint64_t damaged_;
  const std::size_t most_bytes_;
  std::int64_t reads_ = 0;
  std::uint64_t position_ = 0;
};

class FaultyFileSystem::Sink final : public ByteSink {
 public:
  Sink(std::unique_ptr<ByteSink> inner, std::optional<Fault> write_fault, std::optional<Fault> finish_fault)
      : inner_(std::move(inner)), write_fault_(std::move(write_fault)), finish_fault_(std::move(finish_fault)) {}

  void Write(const void* data, std::size_t size) override {
    ++writes_;
    if (write_fault_ && writes_ == write_fault_->nth) ThrowInjected("write", path(), write_fault_->text);
    inner_->Write(data, size);
  }

  bool CanRewrite() const override { return inner_->CanRewrite(); }
  void Rewrite(std::uint64_t offset, const void* data, std::size_t size) override {
    inner_->Rewrite(offset, data, size);
  }

  void Finish() override {
    if (finish_fault_) ThrowInjected("write", path(), finish_fault_->text);
    inner_->Finish();
  }

  const std::string& path() const override { return inner_->path(); }

 private:
  const std::unique_ptr<ByteSink> inner_;
  const std::optional<Fault> write_fault_;
  const std::optional<Fault> finish_fault_;
  std::int64_t writes_ = 0;
};

std::optional<FaultyFileSystem::Fault> FaultyFileSystem::State::Take(Faults& faults, const std::string& path) {
  const std::lock_guard lock(mutex);
  const auto fault = faults.find(path);
  if (fault == faults.end() || fault->second.times == 0) return std::nullopt;
  if (fault->second.times != kAlways) --fault->second.times;
  return fault->second;
}

void FaultyFileSystem::State::VanishIfAsked(const std::string& path) {
  {
    const std::lock_guard lock(mutex);
    if (vanishing.erase(path) == 0) return;
  }
  inner->Delete(path);
}

void FaultyFileSystem::State::ReplaceIfAsked(const std::string& path) {
  std::map<std::string, std::string>::node_type replacement;
  {
    const std::lock_guard lock(mutex);
    replacement = replacements.extract(path);
  }
  if (!replacement) return;
  const std::unique_ptr<ByteSink> sink = inner->OpenWrite(path);
  sink->Write(replacement.mapped().data(), replacement.mapped().size());
  sink->Finish();
}

void FaultyFileSystem::State::Count(std::int64_t Requests::* verb) {
  const std::lock_guard lock(mutex);
  ++(requests.*verb);
}

FaultyFileSystem::FaultyFileSystem(std::shared_ptr<FileSystem> inner) : state_(std::make_shared<State>()) {
  state_->inner = std::move(inner);
}

FaultyFileSystem& FaultyFileSystem::Add(Faults& faults, const std::string& path, Fault fault) {
  const std::lock_guard lock(state_->mutex);
  faults[path] = std::move(fault);
  return *this;
}

FaultyFileSystem& FaultyFileSystem::FailOpen(const std::string& path, const std::string& text, std::int64_t times) {
  return Add(state_->open, path, {text, 0, times});
}

FaultyFileSystem& FaultyFileSystem::FailRead(const std::string& path, std::int64_t nth, const std::string& text,
                                             std::int64_t times) {
  return Add(state_->read, path, {text, nth, times});
}

FaultyFileSystem& FaultyFileSystem::FailWrite(const std::string& path, std::int64_t nth, const std::string& text,
                                              std::int64_t times) {
  return Add(state_->write, path, {text, nth, times});
}

FaultyFileSystem& FaultyFileSystem::FailFinish(const std::string& path, const std::string& text, std::int64_t times) {
  return Add(state_->finish, path, {text, 0, times});
}

FaultyFileSystem& FaultyFileSystem::FailListing(const std::string& path, const std::string& text) {
  return Add(state_->listing, path, {text, 0, kAlways});
}

FaultyFileSystem& FaultyFileSystem::Vanish(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  state_->vanishing.insert(path);
  return *this;
}

FaultyFileSystem& FaultyFileSystem::ReplaceOnceOpened(const std::string& path, std::string bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->replacements[path] = std::move(bytes);
  return *this;
}

FaultyFileSystem& FaultyFileSystem::Truncate(const std::string& path, std::uint64_t size) {
  const std::lock_guard lock(state_->mutex);
  state_->truncated[path] = size;
  return *this;
}

FaultyFileSystem& FaultyFileSystem::Damage(const std::string& path, std::uint64_t offset) {
  const std::lock_guard lock(state_->mutex);
  state_->damaged[path] = offset;
  return *this;
}

FaultyFileSystem& FaultyFileSystem::ShortReads(std::size_t bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->most_bytes_a_read = bytes;
  return *this;
}

FaultyFileSystem::Requests FaultyFileSystem::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

std::unique_ptr<FileListing> FaultyFileSystem::List(const std::string& prefix, const ListOptions& options) {
  state_->Count(&Requests::lists);
  return std::make_unique<Listing>(state_, state_->inner->List(prefix, options));
}

std::optional<FileStatus> FaultyFileSystem::Status(const std::string& path) {
  state_->Count(&Requests::statuses);
  std::optional<FileStatus> status = state_->inner->Status(path);
  if (status) state_->VanishIfAsked(path);
  return status;
}

std::unique_ptr<ByteSource> FaultyFileSystem::OpenRead(const std::string& path) {
  state_->Count(&Requests::opens);
  std::uint64_t end = UINT64_MAX;
  std::uint64_t damaged = UINT64_MAX;
  std::size_t most_bytes = SIZE_MAX;
  {
    const std::lock_guard lock(state_->mutex);
    if (const auto truncated = state_->truncated.find(path); truncated != state_->truncated.end()) {
      end = truncated->second;
    }
    if (const auto found = state_->damaged.find(path); found != state_->damaged.end()) damaged = found->second;
    most_bytes = state_->most_bytes_a_read;
  }
  if (const std::optional<Fault> fault = state_->Take(state_->open, path)) ThrowInjected("open", path, fault->text);
  std::unique_ptr<ByteSource> source = state_->inner->OpenRead(path);
  state_->ReplaceIfAsked(path);
  return std::make_unique<Source>(std::move(source), state_->Take(state_->read, path), end, damaged, most_bytes);
}

std::unique_ptr<ByteSink> FaultyFileSystem::OpenWrite(const std::string& path) {
  state_->Count(&Requests::writes);
  std::unique_ptr<ByteSink> sink = state_->inner->OpenWrite(path);
  return std::make_unique<Sink>(std::move(sink), state_->Take(state_->write, path), state_->Take(state_->finish, path));
}

void FaultyFileSystem::Rename(const std::string& from, const std::string& to) {
  state_->Count(&Requests::others);
  state_->inner->Rename(from, to);
}

bool FaultyFileSystem::Delete(const std::string& path) {
  state_->Count(&Requests::others);
  return state_->inner->Delete(path);
}

void FaultyFileSystem::MakeDirectories(const std::string& path) {
  state_->Count(&Requests::others);
  state_->inner->MakeDirectories(path);
}

}  // namespace beam
