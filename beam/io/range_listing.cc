#include "beam/io/range_listing.h"

#include <algorithm>
#include <utility>

namespace beam::internal {

RangeListing::~RangeListing() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool RangeListing::Next(std::vector<ObjectInfo>& objects) {
  if (threads_.empty()) {
    if (ranges_.front().complete) return false;
    // One level is short, as a rule, and its folders are spread otherwise than its names.
    if (!begun_ || !whole_.recursive) return NextPageAlone(objects);
    StartThreads();
  }
  std::unique_lock lock(mutex_);
  for (;;) {
    if (failure_) std::rethrow_exception(failure_);
    while (!ranges_.empty() && ranges_.front().complete && ranges_.front().pages.empty()) ranges_.pop_front();
    if (ranges_.empty()) return false;
    if (Range& front = ranges_.front(); !front.pages.empty()) {
      objects = std::move(front.pages.front());
      front.pages.pop_front();
      --buffered_;
      changed_.notify_all();
      return true;
    }
    changed_.notify_all();  // the first range may go beyond the bound now
    changed_.wait(lock);
  }
}

bool RangeListing::NextPageAlone(std::vector<ObjectInfo>& objects) {
  Range& range = ranges_.front();
  if (!std::exchange(begun_, true)) range.begin = whole_.begin;
  while (range.pages.empty() && !range.complete) {
    const PageRequest request = RequestOf(range);
    ObjectPage page;
    fetch_(request, page);
    Add(range, request, std::move(page));
  }
  if (range.pages.empty()) return false;
  objects = std::move(range.pages.front());
  range.pages.pop_front();
  --buffered_;
  return true;
}

void RangeListing::StartThreads() {
  for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Work(); });
}

void RangeListing::Work() {
  std::unique_lock lock(mutex_);
  while (!stopped_ && !failure_) {
    Range* const range = FindWork();
    if (range == nullptr) {
      changed_.wait(lock);
      continue;
    }
    range->busy = true;
    const PageRequest request = RequestOf(*range);
    lock.unlock();
    ObjectPage page;
    std::exception_ptr failure;
    try {
      fetch_(request, page);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    range->busy = false;
    if (failure) {
      if (!failure_) failure_ = failure;
    } else {
      Add(*range, request, std::move(page));
    }
    changed_.notify_all();
  }
}

RangeListing::Range* RangeListing::FindWork() {
  for (Range& range : ranges_) {
    if (range.complete || range.busy) continue;
    // What is to be taken next must come, however much has come already of what lies behind.
    if (buffered_ < kMostBuffered || (&range == &ranges_.front() && range.pages.empty())) return &range;
  }
  return buffered_ < kMostBuffered ? Divide() : nullptr;
}

RangeListing::Range* RangeListing::Divide() {
  if (divisions_ >= kMostDivisions || divisions_ >= fetched_ / 2) return nullptr;
  const NameScale* scale = nullptr;  // of the range, or of the nearest one before it
  for (auto range = ranges_.begin(); range != ranges_.end(); ++range) {
    if (range->scale) scale = &*range->scale;
    if (range->complete || scale == nullptr) continue;
    const std::string& from = std::max(range->begin, range->last);
    std::optional<std::string> middle =
        range->end.empty() ? scale->Ahead(from, ahead_) : scale->Between(from, range->end, kWorthDividing);
    if (!middle) continue;
    if (range->end.empty()) ahead_ *= 2;
    ++divisions_;
    Range second;
    second.begin = *middle;
    second.end = std::exchange(range->end, *std::move(middle));
    range->token.clear();
    if (!range->last.empty()) range->begin = range->last;
    return &*ranges_.insert(std::next(range), std::move(second));
  }
  return nullptr;
}

PageRequest RangeListing::RequestOf(const Range& range) const {
  PageRequest request = whole_;
  request.begin = range.begin;
  request.end = range.end;
  request.token = range.token;
  return request;
}

void RangeListing::Add(Range& range, const PageRequest& request, ObjectPage page) {
  ++fetched_;
  std::vector<ObjectInfo>& objects = page.objects;
  const auto by_name = [](const ObjectInfo& info, const std::string& name) { return info.name < name; };
  // Where a range goes on from a name, this one comes once more.
  if (!objects.empty() && !range.last.empty() && objects.front().name <= range.last) {
    auto known = std::lower_bound(objects.begin(), objects.end(), range.last, by_name);
    if (known != objects.end() && known->name == range.last) ++known;
    objects.erase(objects.begin(), known);
  }
  range.complete = page.next.empty();
  // What was asked for before the range was divided.
  if (!range.end.empty() && !objects.empty() && objects.back().name >= range.end) {
    objects.erase(std::lower_bound(objects.begin(), objects.end(), range.end, by_name), objects.end());
    range.complete = true;
  }
  const bool same_end = request.end == range.end;
  range.token = same_end ? std::move(page.next) : "";
  if (objects.empty()) return;
  range.last = objects.back().name;
  // A token says where to go on, and needs the beginning that it was got with.
  if (!same_end) range.begin = range.last;
  if (auto scale = NameScale::Of(objects)) range.scale = std::move(scale);
  range.pages.push_back(std::move(objects));
  ++buffered_;
}

}  // namespace beam::internal
