#include "beam/io/request_counts.h"

#include <algorithm>

namespace beam {
namespace {

constexpr std::string_view kNameSpace = "beam.requests";
constexpr std::array<std::string_view, kRequestVerbs> kNames = {"list", "look", "read",   "write",
                                                                "copy", "move", "delete", "make folder"};

void Add(const MetricResult& result, std::map<std::string, StoreRequests>& requests) {
  if (result.metric.name_space != kNameSpace || result.value.sum == 0) return;
  const std::string& name = result.metric.name;
  const std::size_t space = name.find(' ');
  if (space == std::string::npos) return;
  const auto* const verb = std::find(kNames.begin(), kNames.end(), std::string_view(name).substr(space + 1));
  if (verb == kNames.end()) return;
  requests[name.substr(0, space)][static_cast<std::size_t>(verb - kNames.begin())] += result.value.sum;
}

std::string WithCommas(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

}  // namespace

std::string_view NameOf(RequestVerb verb) { return kNames[static_cast<std::size_t>(verb)]; }

void RequestCounter::Count(RequestVerb verb, std::int64_t requests) {
  std::call_once(once_, [this] {
    for (std::size_t i = 0; i < kRequestVerbs; ++i) {
      counters_[i].emplace(kNameSpace, store_ + " " + std::string(kNames[i]));
    }
  });
  counters_[static_cast<std::size_t>(verb)]->Inc(requests);
}

std::map<std::string, StoreRequests> RequestsOf(const MetricResults& metrics) {
  std::map<std::string, StoreRequests> requests;
  for (const MetricResult& result : metrics.all()) Add(result, requests);
  for (const MetricResult& result : CountsOfNoStep()) Add(result, requests);
  return requests;
}

std::string RequestsText(const std::map<std::string, StoreRequests>& requests) {
  std::string text;
  for (const auto& [store, counts] : requests) {
    text += store + ":";
    const char* before = " ";
    for (std::size_t i = 0; i < kRequestVerbs; ++i) {
      if (counts[i] == 0) continue;
      text += before + WithCommas(counts[i]) + " " + std::string(kNames[i]);
      before = ", ";
    }
    text += '\n';
  }
  return text;
}

}  // namespace beam
