// How many requests stores were sent, by what they were for: stores are paid, and slow, by the request.
//
// All clients count: gs:// and hdfs:// each request that was sent, further attempts and redirects included. For s3://,
// abfs:// and az://, Apache Arrow sends them, so there it is what a call is known to take: a page of a listing, a part
// of an upload; what Arrow tries again by itself, and looks at besides, is not seen.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "beam/model/metrics.h"

namespace beam {

enum class RequestVerb { kList, kLook, kRead, kWrite, kCopy, kMove, kDelete, kMakeFolder };
inline constexpr std::size_t kRequestVerbs = 8;

// "list", "look", "read", "write", "copy", "move", "delete", "make folder".
std::string_view NameOf(RequestVerb verb);

// Counts the requests to one store, as metrics of a run (beam.requests/STORE VERB). Thread-safe.
class RequestCounter {
 public:
  // `store` is its scheme. Several counters may count for it.
  explicit RequestCounter(std::string store) : store_(std::move(store)) {}

  void Count(RequestVerb verb, std::int64_t requests = 1);

 private:
  const std::string store_;
  std::once_flag once_;  // metrics are there from the first request on
  std::array<std::optional<SharedCounter>, kRequestVerbs> counters_;
};

// Of a store, by the verb.
using StoreRequests = std::array<std::int64_t, kRequestVerbs>;

// What the bundles of a run have sent, and this process besides, by the store; those stores only that were sent some.
std::map<std::string, StoreRequests> RequestsOf(const MetricResults& metrics);

// A line for each store: "gs: 12 list, 1,000 read, 1,000 write".
std::string RequestsText(const std::map<std::string, StoreRequests>& requests);

}  // namespace beam
