// RangeListing: a long listing by several requests at once. Its names are divided into ranges that are listed side by
// side, where NameScale guesses that as many lie ahead; what comes is in order all the same.
//
// A listing of one page is one request, and one of few pages hardly more than its pages: ranges are divided only as
// pages have come. Pages that nobody has taken yet are bounded.
//
// One thread takes. Requests are made by it or by threads of the listing's own.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "beam/io/name_scale.h"
#include "beam/io/object_store.h"

namespace beam::internal {

class RangeListing {
 public:
  // Makes a request for a page, from several threads at once; what it throws ends the listing.
  using Fetch = std::function<void(const PageRequest& request, ObjectPage& page)>;

  // Each costs a request at most: the last page of a range is not full.
  static constexpr std::size_t kMostDivisions = 48;

  RangeListing(Fetch fetch, PageRequest whole) : fetch_(std::move(fetch)), whole_(std::move(whole)) {}
  ~RangeListing();
  RangeListing(const RangeListing&) = delete;
  RangeListing& operator=(const RangeListing&) = delete;

  // The next objects, at least one, or false at the end. Throws what `fetch` threw.
  bool Next(std::vector<ObjectInfo>& objects);

 private:
  struct Range {
    std::string begin = {};  // where to go on: names from here on
    std::string end = {};    // the first name that is no longer its own; empty: it has all that follow
    std::string token = {};  // of the next page, as long as the end stays
    std::string last = {};   // the last name that came
    std::optional<NameScale> scale = {};
    std::deque<std::vector<ObjectInfo>> pages = {};  // that came and are not taken
    bool busy = false;                               // a page is on its way
    bool complete = false;
  };

  bool NextPageAlone(std::vector<ObjectInfo>& objects);
  void StartThreads();
  void Work();
  // Under the lock.
  Range* FindWork();
  Range* Divide();
  PageRequest RequestOf(const Range& range) const;
  void Add(Range& range, const PageRequest& request, ObjectPage page);

  static constexpr std::size_t kThreads = 16;
  static constexpr std::size_t kMostBuffered = 64;  // pages
  static constexpr unsigned kWorthDividing = 4;     // pages

  const Fetch fetch_;
  const PageRequest whole_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Range> ranges_{1};  // in order; never empty before the end
  bool begun_ = false;
  std::size_t buffered_ = 0;
  std::size_t fetched_ = 0;  // pages
  std::size_t divisions_ = 0;
  unsigned ahead_ = kWorthDividing;  // how far the next division of the last range goes
  bool stopped_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace beam::internal
