#include "beam/io/held_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "beam/io/posix_error.h"

namespace beam::internal {
namespace {

constexpr std::size_t kStep = std::size_t{64} << 10;  // memory is reserved, and a file written, in steps of this

std::atomic<std::size_t> held_by_all = 0;

std::string TemporaryFolder() {
  const char* const folder = std::getenv("TMPDIR");
  return folder == nullptr || *folder == '\0' ? "/tmp" : folder;
}

UniqueFd OpenNamelessFile() {
  const std::string folder = TemporaryFolder();
  UniqueFd file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.valid()) return file;
  // A file system without such files.
  std::string name = folder + "/beam-XXXXXX";
  file = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.valid()) ThrowErrno("make a temporary file in", folder, errno);
  ::unlink(name.c_str());
  return file;
}

}  // namespace

HeldBytes::~HeldBytes() {
  Unmap();
  ReleaseMemory();
}

bool HeldBytes::ReserveMemory(std::size_t size) {
  if (size <= reserved_) return true;
  if (size > kMost) return false;
  const std::size_t more = (size - reserved_ + kStep - 1) / kStep * kStep;
  if (held_by_all.fetch_add(more, std::memory_order_relaxed) + more > kMostOfAll) {
    held_by_all.fetch_sub(more, std::memory_order_relaxed);
    return false;
  }
  reserved_ += more;
  return true;
}

void HeldBytes::ReleaseMemory() {
  held_by_all.fetch_sub(reserved_, std::memory_order_relaxed);
  reserved_ = 0;
}

void HeldBytes::Append(const char* data, std::size_t size) {
  Unmap();
  if (!file_.valid()) {
    if (ReserveMemory(memory_.size() + size)) {
      memory_.append(data, size);
      return;
    }
    file_ = OpenNamelessFile();
    MoveToFile();
    ReleaseMemory();
  }
  if (memory_.size() + size < kStep) {
    memory_.append(data, size);
    return;
  }
  MoveToFile();
  WriteAt(in_file_, data, size);
  in_file_ += size;
}

void HeldBytes::MoveToFile() {
  WriteAt(in_file_, memory_.data(), memory_.size());
  in_file_ += memory_.size();
  memory_ = {};
}

void HeldBytes::Overwrite(std::uint64_t offset, const char* data, std::size_t size) {
  Unmap();
  if (file_.valid()) {
    MoveToFile();
    WriteAt(offset, data, size);
  } else {
    memory_.replace(offset, size, data, size);
  }
}

void HeldBytes::WriteAt(std::uint64_t offset, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::pwrite(file_.get(), data, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) ThrowErrno("write a temporary file in", TemporaryFolder(), errno);
    data += count;
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
}

std::string_view HeldBytes::View() {
  if (!file_.valid()) return memory_;
  MoveToFile();
  if (mapped_ == nullptr) {
    mapped_size_ = in_file_;
    void* const mapped = ::mmap(nullptr, mapped_size_, PROT_READ, MAP_SHARED, file_.get(), 0);
    if (mapped == MAP_FAILED) ThrowErrno("map a temporary file in", TemporaryFolder(), errno);
    mapped_ = mapped;
  }
  return {static_cast<const char*>(mapped_), mapped_size_};
}

void HeldBytes::Unmap() {
  if (mapped_ != nullptr) ::munmap(mapped_, mapped_size_);
  mapped_ = nullptr;
}

}  // namespace beam::internal
