#include "beam/io/arrow/arrow_store.h"

#include <arrow/io/interfaces.h>
#include <arrow/util/future.h>
#include <arrow/util/io_util.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace beam::internal {
namespace {

using Kind = StoreAnswer::Kind;

// A write of this size is a part of its own in S3.
constexpr std::size_t kPartSize = std::size_t{8} << 20;

// By one request. Azure takes 256 MiB, and for what is not public a signature in the address, which Arrow does not
// make.
constexpr std::uint64_t kLargestCopyOfS3 = std::uint64_t{5} << 30;

ObjectInfo InfoOf(const arrow::fs::FileInfo& info) {
  ObjectInfo result{.name = info.path()};
  if (info.IsDirectory()) {
    if (!result.name.ends_with('/')) result.name += '/';
    return result;
  }
  result.size_in_bytes = info.size();
  if (info.mtime() != arrow::fs::kNoTime) {
    // As a look at an object tells it, in a header of HTTP; some makes of S3 list fractions.
    const auto seconds = std::chrono::floor<std::chrono::seconds>(info.mtime().time_since_epoch());
    result.last_updated_in_seconds = static_cast<double>(seconds.count());
  }
  return result;
}

// A tag that another version of the object does not have.
arrow::Result<std::string> TagOf(arrow::io::RandomAccessFile& file) {
  ARROW_ASSIGN_OR_RAISE(const auto metadata, file.ReadMetadata());
  if (metadata == nullptr) return std::string();
  for (const char* key : {"ETag", "Etag", "etag"}) {
    if (metadata->Contains(key)) return metadata->Get(key);
  }
  return std::string();
}

// An object that was there when it was opened.
StoreAnswer GoneIsChanged(StoreAnswer answer) {
  if (answer.kind == Kind::kNotFound) answer.kind = Kind::kChanged;
  return answer;
}

class ArrowReader final : public ObjectReader {
 public:
  ArrowReader(std::shared_ptr<arrow::fs::FileSystem> files, std::string name,
              std::shared_ptr<arrow::io::RandomAccessFile> file, std::uint64_t size, std::string tag)
      : files_(std::move(files)), name_(std::move(name)), file_(std::move(file)), size_(size), tag_(std::move(tag)) {}

  std::uint64_t size() const override { return size_; }

  StoreAnswer Read(std::uint64_t offset, char* out, std::size_t size) override {
    return Answering([&]() -> StoreAnswer {
      const auto count = file_->ReadAt(static_cast<std::int64_t>(offset), static_cast<std::int64_t>(size), out);
      if (!count.ok()) return GoneIsChanged(AnswerOf(count.status()));
      if (static_cast<std::size_t>(*count) == size) return {};
      return {Kind::kBusy, "the store sent " + std::to_string(*count) + " bytes of " + std::to_string(size)};
    });
  }

  bool pinned() const override { return false; }

  StoreAnswer CheckUnchanged() override {
    return Answering([&]() -> StoreAnswer {
      const auto now = files_->OpenInputFile(name_);
      if (!now.ok()) return GoneIsChanged(AnswerOf(now.status()));
      const auto tag = TagOf(**now);
      if (!tag.ok()) return AnswerOf(tag.status());
      if (*tag == tag_) return {};
      return {Kind::kChanged, "its tag was " + tag_ + " and is " + *tag};
    });
  }

 private:
  const std::shared_ptr<arrow::fs::FileSystem> files_;
  const std::string name_;
  const std::shared_ptr<arrow::io::RandomAccessFile> file_;
  const std::uint64_t size_;
  const std::string tag_;
};

}  // namespace

template <class Request>
StoreAnswer ArrowStore::Ask(Request&& request) {
  StoreAnswer answer = Answering(std::forward<Request>(request));
  if (answer.kind == Kind::kDenied && traits_.has_credentials && !traits_.has_credentials()) {
    answer.kind = Kind::kNoCredentials;
  }
  if (answer.ok() && !*traits_.answered) *traits_.answered = true;
  if (IsTimeout(answer.text) && !*traits_.answered) answer.kind = Kind::kUnreachable;
  return answer;
}

StoreAnswer ArrowStore::Look(const std::string& name, ObjectInfo& info) {
  return Ask([&]() -> StoreAnswer {
    const auto found = files_->GetFileInfo(name);
    if (!found.ok()) return WithReason(name, AnswerOf(found.status()));
    if (found->type() == arrow::fs::FileType::NotFound) return {Kind::kNotFound, "there is nothing of this name"};
    info = InfoOf(*found);
    return {};
  });
}

StoreAnswer ArrowStore::WithReason(const std::string& name, StoreAnswer answer) {
  if (answer.text.find("No response body") == std::string::npos) return answer;
  arrow::fs::FileSelector below;
  below.base_dir = name;
  below.allow_not_found = true;
  const auto listed = files_->GetFileInfo(below);
  return listed.ok() ? answer : AnswerOf(listed.status());
}

StoreAnswer ArrowStore::List(const std::string& folder, bool recursive, const TakePage& take) {
  // Of S3, Arrow lists everything below a folder at once, and of Azure one level after the other; there it takes "a//b"
  // for something in "a/", and goes round for ever.
  if (!recursive || files_->type_name() == "s3") return ListByArrow(folder, recursive, take);
  bool more = true;
  return ListByLevels(folder, take, more);
}

StoreAnswer ArrowStore::ListByLevels(const std::string& folder, const TakePage& take, bool& more) {
  StoreAnswer below;
  int requests = 0;
  std::vector<ObjectInfo> objects;  // that are not given yet
  const auto give = [&] {
    if (more && !objects.empty()) more = take(std::exchange(objects, {}));
  };
  const auto walk = [&](std::vector<ObjectInfo> level) {
    for (ObjectInfo& info : level) {
      if (!info.is_folder()) {
        objects.push_back(std::move(info));
        continue;
      }
      give();
      if (!more) return false;
      if (info.name.size() <= folder.size()) {
        below = {Kind::kFailed,
                 "there are objects with an empty part in their names, such as \"" + folder
                     + "/NAME\", which cannot be listed here: rename them with the store's own tools"};
        return false;
      }
      below = ListByLevels(info.name, take, more);
      requests += below.requests;
      if (!below.ok() || !more) return false;
    }
    give();
    return more;
  };
  StoreAnswer answer = ListByArrow(folder, /*recursive=*/false, walk);
  requests += answer.requests;
  if (answer.ok()) answer = std::move(below);
  answer.requests = requests;
  return answer;
}

StoreAnswer ArrowStore::ListByArrow(const std::string& folder, bool recursive, const TakePage& take) {
  arrow::fs::FileSelector selector;
  selector.base_dir = folder.substr(0, folder.size() - 1);
  selector.allow_not_found = true;
  selector.recursive = recursive;
  arrow::fs::FileInfoGenerator next;
  for (int pages = 1;; ++pages) {
    arrow::fs::FileInfoVector infos;
    StoreAnswer answer = Ask([&] {
      if (!next) next = files_->GetFileInfoGenerator(selector);
      arrow::Result<arrow::fs::FileInfoVector> listed = next().result();
      if (!listed.ok()) return AnswerOf(listed.status());
      infos = *std::move(listed);
      return StoreAnswer();
    });
    answer.requests = pages;
    // What comes behind the last page is no request.
    if (answer.ok() && infos.empty()) answer.requests = std::max(pages - 1, 1);
    if (!answer.ok() || infos.empty()) return answer;
    std::vector<ObjectInfo> page;
    page.reserve(infos.size());
    for (const arrow::fs::FileInfo& info : infos) {
      if (!selector.recursive || info.IsFile()) page.push_back(InfoOf(info));
    }
    // Pages come in order; within one, some stores name the folders behind the objects.
    const auto by_name = [](const ObjectInfo& a, const ObjectInfo& b) { return a.name < b.name; };
    if (!std::is_sorted(page.begin(), page.end(), by_name)) std::sort(page.begin(), page.end(), by_name);
    if (!page.empty() && !take(std::move(page))) return answer;
  }
}

StoreAnswer ArrowStore::Open(const std::string& name, std::unique_ptr<ObjectReader>& reader) {
  return Ask([&]() -> StoreAnswer {
    auto file = files_->OpenInputFile(name);
    if (!file.ok()) return WithReason(name, AnswerOf(file.status()));
    const auto size = (*file)->GetSize();
    if (!size.ok()) return AnswerOf(size.status());
    auto tag = TagOf(**file);
    if (!tag.ok()) return AnswerOf(tag.status());
    reader = std::make_unique<ArrowReader>(files_, name, *std::move(file), static_cast<std::uint64_t>(*size),
                                           *std::move(tag));
    return {};
  });
}

StoreAnswer ArrowStore::Put(const std::string& name, std::string_view bytes) {
  StoreAnswer answer = Ask([&]() -> StoreAnswer {
    const auto stream = files_->OpenOutputStream(name);
    if (!stream.ok()) return AnswerOf(stream.status());
    for (std::size_t at = 0; at < bytes.size(); at += kPartSize) {
      const std::string_view part = bytes.substr(at, kPartSize);
      if (const arrow::Status status = (*stream)->Write(part.data(), static_cast<std::int64_t>(part.size()));
          !status.ok()) {
        static_cast<void>((*stream)->Abort());
        return AnswerOf(status);
      }
    }
    return AnswerOf((*stream)->Close());
  });
  // An upload in parts is begun and ended, too.
  if (bytes.size() > kPartSize) answer.requests = static_cast<int>((bytes.size() + kPartSize - 1) / kPartSize) + 2;
  return answer;
}

std::uint64_t ArrowStore::largest_copy() const { return files_->type_name() == "s3" ? kLargestCopyOfS3 : 0; }

StoreAnswer ArrowStore::CopySome(const std::string& from, std::int64_t /*version*/, const std::string& to,
                                 CopyProgress& progress) {
  StoreAnswer answer = Ask([&] { return AnswerOf(files_->CopyFile(from, to)); });
  progress.done = answer.ok();
  return answer;
}

StoreAnswer ArrowStore::Delete(const std::string& name) {
  return Ask([&] { return AnswerOf(files_->DeleteFile(name)); });
}

}  // namespace beam::internal
