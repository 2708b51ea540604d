#include "klay/cli/copy_files.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/base/hash.h"
#include "beam/io/file_systems.h"
#include "beam/io/path_text.h"
#include "beam/io/readable_file.h"

namespace klay {
namespace {

using beam::internal::Quoted;

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

// Calls `each` with the bytes of `source`, in blocks that depend on its size alone. Returns a hash of them.
template <class Each>
std::uint64_t ReadBlocks(beam::ByteSource& source, Each&& each) {
  std::uint64_t hash = 0;
  std::string block(kBlockBytes, '\0');
  for (std::size_t size = kBlockBytes; size == kBlockBytes;) {
    beam::ThrowIfCancelled();
    size = 0;
    while (size < kBlockBytes) {
      const std::size_t count = source.Read(block.data() + size, kBlockBytes - size);
      if (count == 0) break;
      size += count;
    }
    const std::string_view bytes(block.data(), size);
    hash = beam::MixBits(hash ^ beam::HashBytes(bytes));
    each(bytes);
  }
  return hash;
}

// Of what was written just now.
void CheckSize(beam::FileSystem& files, const std::string& target, std::int64_t size) {
  const std::optional<beam::FileStatus> written = files.Status(target);
  if (written && written->metadata.size_in_bytes == size) return;
  throw beam::Error(Quoted(target) + " was written with " + std::to_string(size) + " bytes and "
                    + (written ? "has " + std::to_string(written->metadata.size_in_bytes) : "is not there")
                    + ": somebody else writes it, too; copy it again");
}

// One run of CopyFiles().
class Copying {
 public:
  Copying(const std::function<bool(beam::FileMetadata&)>& next, std::size_t prefix_size, std::string target_folder,
          const CopySettings& settings, const std::function<void(const std::string&)>& failed)
      : next_(next),
        prefix_size_(prefix_size),
        target_folder_(std::move(target_folder)),
        settings_(settings),
        failed_(failed) {
    if (!settings_.overwrite) there_ = beam::FileSystemFor(target_folder_)->List(target_folder_, {});
  }

  CopyCounts Run() {
    std::vector<std::thread> helpers;
    for (int i = 1; i < settings_.threads; ++i) helpers.emplace_back([this] { Work(); });
    Work();
    for (std::thread& helper : helpers) helper.join();
    if (error_) std::rethrow_exception(error_);
    return counts_;
  }

 private:
  void Work() {
    beam::FileMetadata file;
    std::string target;
    while (Take(file, target)) {
      std::string error;
      try {
        CopyFile(file, target, settings_.verify);
      } catch (const beam::Cancelled&) {
        return Stop();
      } catch (const std::exception& exception) {
        error = exception.what();
      }
      const std::lock_guard lock(mutex_);
      if (error.empty()) {
        ++counts_.done;
        counts_.bytes += file.size_in_bytes;
      } else {
        ++counts_.failed;
        failed_(error);
      }
    }
  }

  // The next file that has to be copied.
  bool Take(beam::FileMetadata& file, std::string& target) {
    const std::lock_guard lock(mutex_);
    try {
      while (!error_ && next_(file)) {
        beam::ThrowIfCancelled();
        target = target_folder_ + file.path.substr(prefix_size_);
        if (!IsThere(file, target)) return true;
        ++counts_.skipped;
      }
    } catch (...) {
      error_ = std::current_exception();
    }
    return false;
  }

  // Both listings are in the same order, so each is gone through once.
  bool IsThere(const beam::FileMetadata& file, const std::string& target) {
    if (!there_) return false;
    while (!at_ || at_->path < target) {
      beam::FileMetadata entry;
      if (!there_->Next(entry)) {
        there_.reset();
        return false;
      }
      at_ = std::move(entry);
    }
    return at_->path == target && IsCopied(file, *at_);
  }

  void Stop() {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
  }

  const std::function<bool(beam::FileMetadata&)>& next_;
  const std::size_t prefix_size_;
  const std::string target_folder_;
  const CopySettings settings_;
  const std::function<void(const std::string&)>& failed_;

  std::mutex mutex_;
  std::unique_ptr<beam::FileListing> there_;  // null where it does not count, and behind its end
  std::optional<beam::FileMetadata> at_;      // of `there_`
  CopyCounts counts_;
  std::exception_ptr error_;
};

}  // namespace

void CopyFile(const beam::FileMetadata& source, const std::string& target, bool verify) {
  const std::shared_ptr<beam::FileSystem> target_system = beam::FileSystemFor(target);
  const beam::ReadableFile file{source, beam::Compression::kNone};
  const std::unique_ptr<beam::ByteSource> in = file.Open();
  const std::unique_ptr<beam::ByteSink> out = target_system->OpenWrite(target);
  std::int64_t size = 0;
  const std::uint64_t hash = ReadBlocks(*in, [&](std::string_view bytes) {
    out->Write(bytes.data(), bytes.size());
    size += static_cast<std::int64_t>(bytes.size());
  });
  file.CheckUnchanged();
  out->Finish();
  if (!out->IsConfirmed()) CheckSize(*target_system, target, size);
  if (verify && ReadBlocks(*target_system->OpenRead(target), [](std::string_view) {}) != hash) {
    throw beam::Error(Quoted(target) + " is not what was written: copy it again, and check the store");
  }
}

bool IsCopied(const beam::FileMetadata& source, const beam::FileMetadata& target) {
  return target.size_in_bytes == source.size_in_bytes
      && target.last_updated_in_seconds >= source.last_updated_in_seconds;
}

CopyCounts CopyFiles(const std::function<bool(beam::FileMetadata& file)>& next, std::size_t prefix_size,
                     const std::string& target_folder, const CopySettings& settings,
                     const std::function<void(const std::string& sentence)>& failed) {
  return Copying(next, prefix_size, target_folder, settings, failed).Run();
}

}  // namespace klay
