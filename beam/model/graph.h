// Graph: a pipeline as it was built: transforms, the PCollections between them, composites as a tree of scopes.
//
// Built by one thread, read by any number after that. It knows nothing of protos or of execution.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "beam/model/display_data.h"
#include "beam/model/element_type.h"
#include "beam/model/resource_hints.h"
#include "beam/model/window_fn.h"

namespace beam {

enum class TransformKind {
  kComposite,
  kImpulse,        // -> Bytes
  kParDo,          // fn: a DoFn
  kGroupByKey,     // KV<K, V> -> KV<K, Iterable<V>>
  kCombinePerKey,  // fn: a CombineFn; KV<K, in> -> KV<K, out>
  kFlatten,
  kReshuffle,
  kWindowInto,  // windowing is that of the output
  // What an engine cuts a CombinePerKey into; fn: the CombineFn. Only in the graphs of its workers.
  kPrecombine,
  kMergeAccumulators,
  kExtractOutputs,
  kCombineGroupedValues,
  kToString,  // what an engine adds to show elements to people. Likewise
};

enum class SideInputKind { kIterable, kMultimap };

struct SideInputNode {
  SideInputKind kind;
  int pcollection;
};

struct OutputNode {
  std::string name;
  int pcollection;
};

struct TransformNode {
  int id = 0;
  int parent = -1;  // the composite it is part of, or -1
  TransformKind kind = TransformKind::kComposite;
  std::string label;
  std::string full_name;  // the labels of all scopes, joined by '/'
  std::string fn_key;     // of the registry; empty unless kind has a fn
  std::string payload;    // the fn's encoded fields
  DisplayData display;    // the same, for people to see
  ResourceHints hints;    // with those of the composites around it
  // Reshuffle only: the DoFns before and after the GroupByKey that engines without a Reshuffle of their own make of it.
  // Neither has fields: `payload` is that of both.
  std::string pair_key;
  std::string unpair_key;
  const ElementType* pair_type = nullptr;  // between them, KV<shard, element>
  bool resumes = false;                    // the DoFn takes a Resume
  bool finalizes = false;                  // the DoFn takes a BundleFinalizer
  std::vector<int> inputs;
  std::vector<SideInputNode> side_inputs;
  std::vector<OutputNode> outputs;
  // CombinePerKey only: the accumulators between its two halves, KV<K, accumulator>, and their groups.
  const ElementType* accumulator_type = nullptr;
  CoderSpec coder;  // ToString only: of its input
};

struct PCollectionNode {
  int id = 0;
  const ElementType* type = nullptr;
  int producer = -1;  // the primitive transform; -1 for a source
  WindowingStrategy windowing;
};

class Graph {
 public:
  // Opens a composite: what is added until its end lies in it.
  class Scope {
   public:
    Scope(Graph& graph, std::string label);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Graph& graph_;
    int former_;
  };

  // While it lives, steps that are added have these hints, merged with those of the scopes around it.
  class HintScope {
   public:
    HintScope(Graph& graph, const ResourceHints& hints);
    ~HintScope();
    HintScope(const HintScope&) = delete;
    HintScope& operator=(const HintScope&) = delete;

   private:
    Graph& graph_;
    ResourceHints former_;
  };

  // Adds a primitive to the scope that is open. Throws UsageError where a step of that full name is there already.
  // The reference is good until the next Add.
  TransformNode& Add(TransformKind kind, std::string label);

  // Adds a PCollection that comes from elsewhere: what the worker of an engine is sent.
  int AddSource(const ElementType* type, const WindowingStrategy& windowing);

  // Adds a PCollection that `producer` makes, as its next output.
  int AddOutput(int producer, std::string name, const ElementType* type, const WindowingStrategy& windowing);

  const std::vector<TransformNode>& transforms() const { return transforms_; }
  const std::vector<PCollectionNode>& pcollections() const { return pcollections_; }
  TransformNode& transform(int id) { return transforms_[static_cast<std::size_t>(id)]; }
  const TransformNode& transform(int id) const { return transforms_[static_cast<std::size_t>(id)]; }
  const PCollectionNode& pcollection(int id) const { return pcollections_[static_cast<std::size_t>(id)]; }

 private:
  std::vector<TransformNode> transforms_;  // in the order of adding, which is a topological one
  std::vector<PCollectionNode> pcollections_;
  int scope_ = -1;
  ResourceHints hints_;
};

}  // namespace beam
