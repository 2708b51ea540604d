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
#include "beam/io/copy_file.h"
#include "beam/io/file_systems.h"
#include "beam/io/path_text.h"

namespace klay {
namespace {

using beam::internal::Quoted;

// Of the bytes of a file, block by block.
class BlockHash {
 public:
  void Add(std::string_view block) { hash_ = beam::MixBits(hash_ ^ beam::HashBytes(block)); }
  bool operator==(const BlockHash&) const = default;

 private:
  std::uint64_t hash_ = 0;
};

// Whether a part of a name is "..".
bool HasParent(std::string_view name) {
  return name == ".." || name.starts_with("../") || name.ends_with("/..")
      || name.find("/../") != std::string_view::npos;
}

// Whether ".." is the folder above: in stores of objects it is a name as any other.
bool HasFolders(const std::string& path) {
  const std::string scheme = beam::internal::SchemeOf(path);
  return scheme != "gs" && scheme != "s3" && scheme != "abfs" && scheme != "az";
}

// One run of CopyFiles().
class Copying {
 public:
  Copying(const std::function<bool(beam::FileMetadata&)>& next, std::size_t prefix_size, std::string target_folder,
          const CopySettings& settings, const std::function<void(const std::string&)>& failed)
      : next_(next),
        prefix_size_(prefix_size),
        target_folder_(std::move(target_folder)),
        has_folders_(HasFolders(target_folder_)),
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
        const std::string name = file.path.substr(prefix_size_);
        if (has_folders_ && HasParent(name)) {
          ++counts_.failed;
          failed_(Quoted(file.path) + " has a \"..\" in its name, which could lead out of " + Quoted(target_folder_)
                  + ": rename it");
          continue;
        }
        target = target_folder_ + name;
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
  const bool has_folders_;
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
  const std::shared_ptr<beam::FileSystem> source_files = beam::FileSystemFor(source.path);
  const std::shared_ptr<beam::FileSystem> target_files = beam::FileSystemFor(target);
  if (!verify) {
    if (source_files == target_files) return target_files->Copy(source, target);
    return beam::internal::CopyFile(*source_files, source, *target_files, target);
  }
  BlockHash sent;
  BlockHash there;
  beam::internal::CopyFile(*source_files, source, *target_files, target,
                           [&](std::string_view block) { sent.Add(block); });
  beam::internal::ReadBlocks(*target_files->OpenRead(target), [&](std::string_view block) { there.Add(block); });
  if (sent == there) return;
  throw beam::Error(Quoted(target) + " is not what was written: copy it again, and check the store");
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
