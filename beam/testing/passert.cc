#include "beam/testing/passert.h"

#include <algorithm>
#include <map>
#include <set>

namespace beam {
namespace internal {

ElementDifference Compare(const std::vector<std::string>& expected, const std::vector<std::string>& found) {
  std::map<std::string_view, std::vector<std::size_t>> wanted;
  for (std::size_t i = expected.size(); i-- > 0;) wanted[expected[i]].push_back(i);
  ElementDifference difference;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto match = wanted.find(found[i]);
    if (match == wanted.end() || match->second.empty()) {
      difference.unexpected.push_back(i);
    } else {
      match->second.pop_back();
    }
  }
  for (const auto& [bytes, left] : wanted) {
    difference.missing.insert(difference.missing.end(), left.begin(), left.end());
  }
  std::sort(difference.missing.begin(), difference.missing.end());
  return difference;
}

std::string DescribeList(std::string_view title, std::size_t count, const std::vector<std::string>& first) {
  std::string text = "\n  " + std::string(title) + " " + std::to_string(count);
  for (std::size_t i = 0; i < first.size(); ++i) text += (i == 0 ? ": " : ", ") + first[i];
  if (count > first.size()) text += ", ...";
  return text;
}

void FailCheck(const std::string& subject, const std::string& what) {
  throw Error("PAssert of '" + subject + "': " + what);
}

std::string UniqueLabel(const Graph& graph, const std::string& label, const std::string& name) {
  std::string wanted = label.empty() ? "PAssert" : label;
  if (!name.empty()) wanted += (label.empty() ? " " : ": ") + name;
  std::set<std::string_view> taken;
  for (const TransformNode& transform : graph.transforms()) taken.insert(transform.label);
  std::string unique = wanted;
  for (int n = 2; taken.contains(unique); ++n) unique = wanted + " " + std::to_string(n);
  return unique;
}

std::string SubjectOf(const Graph& graph, int pcollection) {
  const TransformNode& producer = graph.transform(graph.pcollection(pcollection).producer);
  if (producer.outputs.size() < 2) return producer.full_name;
  for (const OutputNode& output : producer.outputs) {
    if (output.pcollection == pcollection) return producer.full_name + "." + output.name;
  }
  return producer.full_name;
}

}  // namespace internal

std::vector<std::string> PAssert::CheckNames(const Pipeline& pipeline) {
  std::vector<std::string> names;
  for (const TransformNode& transform : pipeline.shared_graph()->transforms()) {
    if (transform.label == internal::kCheckLabel) names.push_back(transform.full_name);
  }
  return names;
}

void PAssert::RequireAllRan(const Pipeline& pipeline, const PipelineResult& result) {
  const MetricResults metrics = result.metrics();
  std::set<std::string_view> ran;
  for (const MetricResult& metric : metrics.all()) {
    if (metric.metric.name_space == internal::kTestingMetrics && metric.metric.name == internal::kChecksPassedName) {
      ran.insert(metric.step);
    }
  }
  for (const std::string& name : CheckNames(pipeline)) {
    if (!ran.contains(name)) throw Error("the check '" + name + "' never ran");
  }
}

}  // namespace beam
