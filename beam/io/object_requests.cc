#include "beam/io/object_requests.h"

#include <optional>

#include "beam/base/cancel.h"
#include "beam/io/store_http.h"

namespace beam::internal {
namespace {

using Kind = StoreAnswer::Kind;
using Clock = std::chrono::steady_clock;

template <class Semaphore>
struct Release {
  Semaphore& semaphore;
  ~Release() { semaphore.release(); }
};
template <class Semaphore>
Release(Semaphore&) -> Release<Semaphore>;

std::optional<PassingFailure> PassingFailureOf(Kind kind) {
  if (kind == Kind::kBusy) return PassingFailure::kBusy;
  if (kind == Kind::kUnreachable) return PassingFailure::kUnreachable;
  return std::nullopt;
}

}  // namespace

std::string_view NameOf(StoreVerb verb) {
  constexpr std::array<std::string_view, kStoreVerbs> kNames = {"look at", "list", "open", "read",  "check",
                                                                "write",   "copy", "move", "delete"};
  return kNames[static_cast<std::size_t>(verb)];
}

ObjectStore& ObjectRequests::Store(const std::string& path) {
  if (ObjectStore* const store = store_.load(std::memory_order_acquire)) return *store;
  const std::lock_guard lock(opening_);
  if (!opened_) {
    if (const StoreAnswer answer = open_(opened_); !answer.ok()) ThrowStoreError("use", path, answer);
    store_.store(opened_.get(), std::memory_order_release);
  }
  return *opened_;
}

StoreAnswer ObjectRequests::Reach(const ObjectStore& store, StoreVerb verb, const std::string& path) {
  if (reached_.load(std::memory_order_acquire)) return {.requests = 0};
  const std::lock_guard lock(reaching_);
  if (reached_) return {.requests = 0};
  ThrowIfHopeless(verb, path);  // who has waited for another that could not
  StoreAnswer answer{.requests = 0};
  if (const std::string url = store.address(); !url.empty()) answer = StoreHttp::Connect(url);
  if (answer.ok()) reached_.store(true, std::memory_order_release);
  return answer;
}

StoreAnswer::Kind ObjectRequests::Run(StoreVerb verb, const std::string& path, const Request& request,
                                      bool may_be_missing) {
  FailuresInARow failures;
  return Try(verb, path, request, may_be_missing, failures);
}

StoreAnswer::Kind ObjectRequests::Try(StoreVerb verb, const std::string& path, const Request& request,
                                      bool may_be_missing, FailuresInARow& failures) {
  ObjectStore& store = Store(path);
  if (!answered_.load(std::memory_order_relaxed)) ThrowIfHopeless(verb, path);
  for (;;) {
    ThrowIfCancelled();
    Clock::time_point begin = Clock::now();
    const StoreAnswer answer = [&] {
      if (StoreAnswer reached = Reach(store, verb, path); !reached.ok()) return reached;
      // A listing lasts as long as its reader likes, and is one request at a time.
      if (verb == StoreVerb::kList && !store.lists_pages()) return request(store);
      in_flight_.acquire();
      const Release release{in_flight_};
      begin = Clock::now();
      return request(store);
    }();
    Count(verb, store, answer.requests);
    if (answer.ok() || (may_be_missing && answer.kind == Kind::kNotFound)) {
      if (!answered_.load(std::memory_order_relaxed)) answered_.store(true, std::memory_order_relaxed);
      return answer.kind;
    }
    const std::optional<PassingFailure> passing = PassingFailureOf(answer.kind);
    const std::optional<std::chrono::milliseconds> pause =
        passing ? failures.PauseAfter(policy_, *passing, begin, answer.retry_after) : std::nullopt;
    if (!pause) {
      Remember(answer);
      ThrowStoreError(NameOf(verb), path, answer);
    }
    PauseUnlessCancelled(*pause);
  }
}

void ObjectRequests::Count(StoreVerb verb, const ObjectStore& store, int requests) {
  counts_[static_cast<std::size_t>(verb)].fetch_add(static_cast<std::uint64_t>(requests), std::memory_order_relaxed);
  const auto kind = [&] {
    switch (verb) {
      case StoreVerb::kList: return RequestVerb::kList;
      case StoreVerb::kOpen: return store.opens_by_reading() ? RequestVerb::kRead : RequestVerb::kLook;
      case StoreVerb::kRead: return RequestVerb::kRead;
      case StoreVerb::kWrite: return RequestVerb::kWrite;
      case StoreVerb::kCopy: return RequestVerb::kCopy;
      case StoreVerb::kMove: return RequestVerb::kMove;
      case StoreVerb::kDelete: return RequestVerb::kDelete;
      default: return RequestVerb::kLook;
    }
  }();
  counter_.Count(kind, requests);
}

void ObjectRequests::ThrowIfHopeless(StoreVerb verb, const std::string& path) {
  const std::lock_guard lock(hopeless_mutex_);
  if (!hopeless_.ok() && Clock::now() < hopeless_until_) ThrowStoreError(NameOf(verb), path, hopeless_);
}

void ObjectRequests::Remember(const StoreAnswer& answer) {
  const bool is_hopeless = answer.kind == Kind::kUnreachable || answer.kind == Kind::kUntrusted
      || answer.kind == Kind::kNoCredentials || answer.kind == Kind::kWrongClock;
  if (answered_ || !is_hopeless) return;
  const std::lock_guard lock(hopeless_mutex_);
  hopeless_ = answer;
  hopeless_until_ = Clock::now() + std::chrono::minutes(1);
}

std::array<std::uint64_t, kStoreVerbs> ObjectRequests::counts() const {
  std::array<std::uint64_t, kStoreVerbs> result{};
  for (std::size_t i = 0; i < kStoreVerbs; ++i) result[i] = counts_[i].load(std::memory_order_relaxed);
  return result;
}

}  // namespace beam::internal
