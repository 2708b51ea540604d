#include "beam/model/graph.h"

#include <utility>

#include "beam/base/error.h"

namespace beam {

Graph::Scope::Scope(Graph& graph, std::string label) : graph_(graph), former_(graph.scope_) {
  graph.scope_ = graph.Add(TransformKind::kComposite, std::move(label)).id;
}

Graph::Scope::~Scope() { graph_.scope_ = former_; }

Graph::HintScope::HintScope(Graph& graph, const ResourceHints& hints) : graph_(graph), former_(graph.hints_) {
  graph.hints_ = MergeHints(former_, hints);
}

Graph::HintScope::~HintScope() { graph_.hints_ = former_; }

TransformNode& Graph::Add(TransformKind kind, std::string label) {
  if (label.empty()) throw UsageError("a step needs a label that is not empty");
  const std::string scope = scope_ < 0 ? "" : transform(scope_).full_name;
  const std::string full_name = scope.empty() ? label : scope + "/" + label;
  for (const TransformNode& other : transforms_) {
    if (other.full_name == full_name) {
      throw UsageError("two steps are named '" + label + "' in "
                       + (scope.empty() ? "the pipeline" : "the scope '" + scope + "'")
                       + ": give one of them another label, or wrap it in Named(\"...\", ...)");
    }
  }
  TransformNode node;
  node.id = static_cast<int>(transforms_.size());
  node.parent = scope_;
  node.kind = kind;
  node.full_name = full_name;
  node.hints = hints_;
  node.label = std::move(label);
  transforms_.push_back(std::move(node));
  return transforms_.back();
}

int Graph::AddSource(const ElementType* type, const WindowingStrategy& windowing) {
  const int id = static_cast<int>(pcollections_.size());
  pcollections_.push_back({id, type, -1, windowing});
  return id;
}

int Graph::AddOutput(int producer, std::string name, const ElementType* type, const WindowingStrategy& windowing) {
  const int id = AddSource(type, windowing);
  pcollections_.back().producer = producer;
  transform(producer).outputs.push_back({std::move(name), id});
  return id;
}

}  // namespace beam
