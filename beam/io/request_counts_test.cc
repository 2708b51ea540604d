#include "beam/io/request_counts.h"

#include <gtest/gtest.h>

#include <thread>

namespace beam {
namespace {

MetricResult Counted(const std::string& step, const std::string& name, std::int64_t sum) {
  MetricResult result{.step = step, .metric = {MetricKind::kCounter, "beam.requests", name}, .value = {}};
  result.value.sum = sum;
  return result;
}

TEST(RequestCounts, AreOfAllStepsAndOfThisProcess) {
  RequestCounter counter("first");
  RequestCounter same("first");
  counter.Count(RequestVerb::kRead);
  std::thread([&] { same.Count(RequestVerb::kRead, 2); }).join();
  counter.Count(RequestVerb::kMakeFolder, 1'234'567);
  MetricResult other = Counted("a", "first read", 5);
  other.metric.name_space = "of a user";
  const auto requests = RequestsOf(
      MetricResults({Counted("a", "first read", 997), Counted("b", "first write", 12), Counted("a", "second list", 1),
                     other, Counted("a", "first what a later version counts", 7)}));
  // Other tests of this process have had stores of their own.
  const std::map<std::string, StoreRequests> of_this = {{"first", requests.at("first")},
                                                        {"second", requests.at("second")}};
  EXPECT_EQ(RequestsText(of_this), "first: 1,000 read, 12 write, 1,234,567 make folder\nsecond: 1 list\n");
  EXPECT_EQ(RequestsText({}), "");
}

}  // namespace
}  // namespace beam
