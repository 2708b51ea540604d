// ObjectRequests: whoever asks a store of objects. Opens it when it is first needed, tries again what may succeed
// later, counts what was asked (requests are money), bounds how many are in flight, and makes sentences of what went
// wrong.
//
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <string_view>

#include "beam/io/object_store.h"
#include "beam/io/request_counts.h"
#include "beam/io/retry_policy.h"

namespace beam::internal {

enum class StoreVerb { kLook, kList, kOpen, kRead, kCheck, kWrite, kCopy, kMove, kDelete };
inline constexpr std::size_t kStoreVerbs = 9;

// "look at", "list", "open", ...: as in "cannot ... PATH".
std::string_view NameOf(StoreVerb verb);

class ObjectRequests {
 public:
  using OpenStore = std::function<StoreAnswer(std::unique_ptr<ObjectStore>& store)>;
  using Request = std::function<StoreAnswer(ObjectStore& store)>;

  // So many at once, listings aside where they are no pages. Enough to hide the latency of small objects; more
  // connections than that make stores refuse.
  static constexpr std::ptrdiff_t kInFlight = 64;

  // `scheme` is what its requests are counted as.
  ObjectRequests(std::string scheme, OpenStore open, RetryPolicy policy = {})
      : open_(std::move(open)), policy_(policy), counter_(std::move(scheme)) {}

  // Makes a request until it succeeds or trying on is of no use. A store that could not be reached, did not know who
  // asks, or has another time than this machine, and with which nothing has succeeded yet, is not asked again for a
  // minute: a failed step is tried several times, and the user need not wait for each. Throws Error, naming `path`, for
  // all but kOk and, where `may_be_missing`, kNotFound; Cancelled if the run is stopped between two attempts.
  StoreAnswer::Kind Run(StoreVerb verb, const std::string& path, const Request& request, bool may_be_missing = false);

  // The same for one of several requests, of which none may be missing: goes on from `failures`, and adds to them.
  void Run(StoreVerb verb, const std::string& path, const Request& request, FailuresInARow& failures) {
    Try(verb, path, request, false, failures);
  }

  // ObjectStore::lists_pages(). `path` is for errors.
  bool ListsPages(const std::string& path) { return Store(path).lists_pages(); }

  // ObjectStore::largest_copy(). `path` is for errors.
  std::uint64_t LargestCopy(const std::string& path) { return Store(path).largest_copy(); }

  // How many requests were made so far for each verb, as far as is known (request_counts.h).
  std::array<std::uint64_t, kStoreVerbs> counts() const;

 private:
  ObjectStore& Store(const std::string& path);
  // Whether a connection to the store can be made, where its client would take long to say that it cannot.
  StoreAnswer Reach(const ObjectStore& store, StoreVerb verb, const std::string& path);
  StoreAnswer::Kind Try(StoreVerb verb, const std::string& path, const Request& request, bool may_be_missing,
                        FailuresInARow& failures);
  void Count(StoreVerb verb, const ObjectStore& store, int requests);
  void ThrowIfHopeless(StoreVerb verb, const std::string& path);
  void Remember(const StoreAnswer& answer);

  const OpenStore open_;
  const RetryPolicy policy_;
  std::mutex opening_;
  std::unique_ptr<ObjectStore> opened_;
  std::atomic<ObjectStore*> store_ = nullptr;
  std::atomic<bool> answered_ = false;  // a request has succeeded
  std::mutex reaching_;
  std::atomic<bool> reached_ = false;
  std::mutex hopeless_mutex_;
  StoreAnswer hopeless_;  // kOk: it is not
  std::chrono::steady_clock::time_point hopeless_until_;
  std::counting_semaphore<kInFlight> in_flight_{kInFlight};
  std::array<std::atomic<std::uint64_t>, kStoreVerbs> counts_ = {};
  RequestCounter counter_;
};

// Throws Error for what went wrong: what was to be done with `path`, why it cannot be, and what to do about it.
[[noreturn]] void ThrowStoreError(std::string_view verb, const std::string& path, const StoreAnswer& answer);

}  // namespace beam::internal
