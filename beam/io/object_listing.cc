#include "beam/io/object_listing.h"

#include <utility>

#include "beam/base/error.h"
#include "beam/io/object_names.h"
#include "beam/io/path_text.h"
#include "beam/io/range_listing.h"

namespace beam::internal {
namespace {

// Below its bucket.
std::string NameOfPrefix(const std::string& prefix) {
  ObjectPath path = ParseObjectPath(prefix, /*bucket_alone=*/true);
  if (path.name.find('/') == std::string::npos) {
    throw UsageError(Quoted(prefix) + " does not name a bucket: write " + path.scheme
                     + "BUCKET/ before what is to be found");
  }
  return std::move(path.name);
}

std::string SchemeWithMark(const std::string& prefix) { return prefix.substr(0, prefix.find("://") + 3); }

FileMetadata MetadataOf(const std::string& scheme, ObjectInfo& info) {
  return {scheme + std::move(info.name), info.size_in_bytes, info.last_updated_in_seconds, info.version};
}

bool IsWanted(const FileMetadata& entry, const ListOptions& options) {
  return entry.path > options.start_after && (!options.keep || options.keep(entry.path));
}

// The pages of what is wanted below `prefix`, which has this scheme and name.
RangeListing Pages(const std::shared_ptr<ObjectRequests>& requests, const std::string& prefix,
                   const std::string& scheme, const std::string& name, const ListOptions& options) {
  PageRequest request{.prefix = name, .recursive = options.recursive};
  if (options.start_after.starts_with(scheme)) request.begin = options.start_after.substr(scheme.size());
  // Before all that is asked for: the store is not to be asked for names that the prefix does not have.
  if (request.begin < name) request.begin.clear();
  const auto fetch = [requests, prefix](const PageRequest& page_request, ObjectPage& page) {
    requests->Run(StoreVerb::kList, prefix, [&](ObjectStore& store) { return store.ListPage(page_request, page); });
  };
  return RangeListing(fetch, std::move(request));
}

// Without a thread of its own.
class LazyListing final : public FileListing {
 public:
  LazyListing(const std::shared_ptr<ObjectRequests>& requests, const std::string& prefix, ListOptions options)
      : scheme_(SchemeWithMark(prefix)),
        options_(std::move(options)),
        pages_(Pages(requests, prefix, scheme_, NameOfPrefix(prefix), options_)) {}

  bool Next(FileMetadata& entry) override {
    for (;;) {
      while (taken_ < page_.size()) {
        entry = MetadataOf(scheme_, page_[taken_++]);
        if (IsWanted(entry, options_)) return true;
      }
      taken_ = 0;
      page_.clear();
      if (!pages_.Next(page_)) return false;
    }
  }

 private:
  const std::string scheme_;
  const ListOptions options_;
  RangeListing pages_;
  std::vector<ObjectInfo> page_;
  std::size_t taken_ = 0;
};

}  // namespace

std::unique_ptr<FileListing> ListObjects(const std::shared_ptr<ObjectRequests>& requests, const std::string& prefix,
                                         const ListOptions& options) {
  if (!options.look_ahead && requests->ListsPages(prefix)) {
    return std::make_unique<LazyListing>(requests, prefix, options);
  }
  return std::make_unique<ObjectListing>(requests, prefix, options);
}

ObjectListing::ObjectListing(std::shared_ptr<ObjectRequests> requests, const std::string& prefix, ListOptions options)
    : requests_(std::move(requests)),
      prefix_(prefix),
      scheme_(SchemeWithMark(prefix)),
      name_(NameOfPrefix(prefix)),
      options_(std::move(options)),
      thread_([this] { Produce(); }) {}

ObjectListing::~ObjectListing() {
  {
    const std::lock_guard lock(mutex_);
    dropped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool ObjectListing::Next(FileMetadata& entry) {
  while (taken_ == page_.size()) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return over_ || !pages_.empty(); });
    if (pages_.empty()) {
      if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
      return false;
    }
    page_ = std::move(pages_.front());
    pages_.pop_front();
    taken_ = 0;
    lock.unlock();
    changed_.notify_all();
  }
  entry = std::move(page_[taken_++]);
  return true;
}

void ObjectListing::Produce() {
  std::exception_ptr failure;
  try {
    ListAll();
    Push();
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  over_ = true;
  failure_ = std::move(failure);
  changed_.notify_all();
}

void ObjectListing::ListAll() {
  if (requests_->ListsPages(prefix_)) {
    ListPages();
    return;
  }
  bool anything = false;
  const std::string folder = name_.substr(0, name_.rfind('/') + 1);
  if (folder == name_) {
    ListFolder(folder, options_.recursive, [&](ObjectInfo& info) {
      anything = true;
      Add(info);
    });
  } else {
    // The store's one level cannot be walked into while it is being listed.
    std::vector<ObjectInfo> level;
    ListFolder(folder, /*recursive=*/false, [&](ObjectInfo& info) {
      anything = true;
      if (info.name.starts_with(name_)) level.push_back(std::move(info));
    });
    for (ObjectInfo& info : level) {
      if (!info.is_folder() || !options_.recursive) {
        Add(info);
      } else if (!options_.descend || options_.descend(scheme_ + info.name)) {
        ListFolder(info.name, /*recursive=*/true, [&](ObjectInfo& below) { Add(below); });
      }
    }
  }
  if (anything) return;
  const std::string bucket = name_.substr(0, name_.find('/'));
  ObjectInfo info;
  requests_->Run(StoreVerb::kLook, scheme_ + bucket, [&](ObjectStore& store) {
    StoreAnswer answer = store.Look(bucket, info);
    // Who may list need not be allowed to look at the bucket itself.
    if (answer.kind == StoreAnswer::Kind::kDenied) return StoreAnswer{};
    return answer;
  });
}

void ObjectListing::ListPages() {
  RangeListing listing = Pages(requests_, prefix_, scheme_, name_, options_);
  for (std::vector<ObjectInfo> objects; listing.Next(objects);) {
    for (ObjectInfo& info : objects) Add(info);
  }
}

void ObjectListing::ListFolder(const std::string& folder, bool recursive,
                               const std::function<void(ObjectInfo&)>& take) {
  std::string last;
  bool dropped = false;
  requests_->Run(StoreVerb::kList, scheme_ + folder, [&](ObjectStore& store) {
    return store.List(folder, recursive, [&](std::vector<ObjectInfo> page) {
      for (ObjectInfo& info : page) {
        if (info.name <= last) continue;
        last = info.name;
        take(info);
      }
      const std::lock_guard lock(mutex_);
      dropped = dropped_;
      return !dropped;
    });
  });
  if (dropped) throw Cancelled();
}

void ObjectListing::Add(ObjectInfo& info) {
  FileMetadata entry = MetadataOf(scheme_, info);
  if (!IsWanted(entry, options_)) return;
  filling_.push_back(std::move(entry));
  if (filling_.size() == kPageSize) Push();
}

void ObjectListing::Push() {
  if (filling_.empty()) return;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return dropped_ || pages_.size() < kPages; });
  if (dropped_) throw Cancelled();
  pages_.push_back(std::exchange(filling_, {}));
  lock.unlock();
  changed_.notify_all();
}

}  // namespace beam::internal
