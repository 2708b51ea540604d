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

}  // namespace

ObjectListing::ObjectListing(std::shared_ptr<ObjectRequests> requests, const std::string& prefix, ListOptions options)
    : requests_(std::move(requests)),
      prefix_(prefix),
      scheme_(prefix.substr(0, prefix.find("://") + 3)),
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
  PageRequest request{.prefix = name_, .recursive = options_.recursive};
  if (options_.start_after.starts_with(scheme_)) request.begin = options_.start_after.substr(scheme_.size());
  // Before all that is asked for: the store is not to be asked for names that the prefix does not have.
  if (request.begin < name_) request.begin.clear();
  const auto fetch = [this](const PageRequest& page_request, ObjectPage& page) {
    requests_->Run(StoreVerb::kList, prefix_, [&](ObjectStore& store) { return store.ListPage(page_request, page); });
  };
  RangeListing listing(fetch, std::move(request));
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
  FileMetadata entry{scheme_ + std::move(info.name), info.size_in_bytes, info.last_updated_in_seconds};
  if (entry.path <= options_.start_after || (options_.keep && !options_.keep(entry.path))) return;
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
