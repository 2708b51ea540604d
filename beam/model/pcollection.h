// Pipeline and PCollection<T>: what a program builds with `|`.
//
//   beam::Pipeline p;
//   p | Create("Numbers", {1, 2, 3}) | Map("Double", [](std::int64_t n) { return 2 * n; });
//
// A PCollection is a handle into its pipeline's graph: cheap to copy, good as long as the Pipeline lives.
//
// A transform is any struct with `auto Expand(const PCollection<In>&) const` (or `Expand(Pipeline&)` for the start of a
// pipeline); what Expand adds lies in a scope that bears the transform's label. `x | t` has no constraints on purpose:
// a mistake gives one error, a sentence that says the rule.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "beam/coder/coder.h"
#include "beam/coder/reflect.h"
#include "beam/model/graph.h"

namespace beam {

class Pipeline {
 public:
  Pipeline() : graph_(std::make_shared<Graph>()) {}

  Graph& graph() { return *graph_; }
  // For runners, which keep the graph as long as they run it.
  std::shared_ptr<const Graph> shared_graph() const { return graph_; }

 private:
  std::shared_ptr<Graph> graph_;  // PCollections point to it, so it stays where it is when the Pipeline moves
};

template <class T>
class PCollection {
 public:
  using Element = T;
  static_assert(Codable<T>,
                "the elements of a PCollection need a coder: make this type an aggregate of codable fields, or "
                "specialise beam::Coder for it");

  PCollection(Graph* graph, int id) : graph_(graph), id_(id) {}

  Graph& graph() const { return *graph_; }
  int id() const { return id_; }
  // By value: the graph moves its nodes when more are added.
  WindowingStrategy windowing() const { return graph_->pcollection(id_).windowing; }

 private:
  Graph* graph_;
  int id_;
};

namespace internal {

// What a failed rule gives, so that the rule's sentence is the only error.
struct Poison {};

template <class X>
struct Labelled {
  std::string label;
  X transform;
  ResourceHints hints = {};

  // What the machines should have on which the transform runs, see resource_hints.h:
  //   audio | ParDo("Transcribe", Transcribe{}).WithResourceHints({.min_ram = "16GB"})
  Labelled WithResourceHints(const ResourceHints& wanted) const {
    return {label, transform, MergeHints(hints, wanted)};
  }
};

template <class T>
struct IsPCollection : std::false_type {};
template <class T>
struct IsPCollection<PCollection<T>> : std::true_type {};

template <class X>
std::string DefaultLabel() {
  if constexpr (requires { X::kLabel; }) {
    return std::string(X::kLabel);
  } else {
    const std::string_view name = TypeName<X>();
    const std::size_t arguments = name.find('<');
    const std::size_t scope = name.rfind("::", arguments);
    const std::size_t start = scope == std::string_view::npos ? 0 : scope + 2;
    return std::string(name.substr(start, arguments == std::string_view::npos ? arguments : arguments - start));
  }
}

// Primitive transforms add one step themselves and take the label; others get a scope of that label.
template <class In, class X>
auto ApplyTransform(In& in, Graph& graph, const std::string& label, const X& transform) {
  if constexpr (requires { transform.ExpandPrimitive(in, label); }) {
    return transform.ExpandPrimitive(in, label);
  } else if constexpr (requires { transform.Expand(in); }) {
    const Graph::Scope scope(graph, label);
    return transform.Expand(in);
  } else {
    static_assert(!sizeof(X),
                  "this is not a transform of what stands before the |: it needs an Expand that takes that PCollection "
                  "(or the Pipeline, at the start)");
    return Poison{};
  }
}

}  // namespace internal

// Gives a transform another label than its default one: files | Named("Transcode to Ogg", Transcode{...}).
template <class X>
internal::Labelled<X> Named(std::string label, X transform) {
  return {std::move(label), std::move(transform)};
}

template <class T, class X>
auto operator|(const PCollection<T>& in, const X& transform) {
  return internal::ApplyTransform(in, in.graph(), internal::DefaultLabel<X>(), transform);
}
template <class T, class X>
auto operator|(const PCollection<T>& in, const internal::Labelled<X>& step) {
  const Graph::HintScope hints(in.graph(), step.hints);
  return internal::ApplyTransform(in, in.graph(), step.label, step.transform);
}
template <class X>
auto operator|(Pipeline& pipeline, const X& transform) {
  return internal::ApplyTransform(pipeline, pipeline.graph(), internal::DefaultLabel<X>(), transform);
}
template <class X>
auto operator|(Pipeline& pipeline, const internal::Labelled<X>& step) {
  const Graph::HintScope hints(pipeline.graph(), step.hints);
  return internal::ApplyTransform(pipeline, pipeline.graph(), step.label, step.transform);
}
// After a mistake: says nothing more.
template <class X>
internal::Poison operator|(internal::Poison, const X&) {
  return {};
}

}  // namespace beam
