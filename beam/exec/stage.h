// Fusion: a graph cut into stages, each of which runs in one go, its steps handing elements to each other.
//
// Stages meet at queues (a Reshuffle, a Flatten of several stages, a step that resumes or whose side input comes from
// its own stage), at groups (GroupByKey, Combine) and at side inputs. Queues flow while both stages run; groups and
// side inputs are complete before the stage that reads them starts.
#pragma once

#include <vector>

#include "beam/model/graph.h"

namespace beam {

enum class RootKind {
  kImpulse,  // one element
  kQueue,    // the elements of `root_pcollection`
  kGroups,   // the groups that GroupByKey or CombinePerKey `root_transform` makes
};

enum class SinkKind { kQueue, kGroups, kSideInput };

struct StageSink {
  SinkKind kind;
  int pcollection;     // what goes in
  int transform = -1;  // kGroups: the GroupByKey or CombinePerKey
  int stage = -1;      // kQueue: the stage that reads
};

struct Stage {
  int id = 0;
  RootKind root = RootKind::kImpulse;
  int root_pcollection = -1;  // of kImpulse and kQueue
  int root_transform = -1;    // of kImpulse and kGroups
  // Steps that run here, in topological order. A CombinePerKey stands in two stages: precombine in the one that has a
  // sink of it, the rest in the one that has it as root.
  std::vector<int> transforms;
  std::vector<StageSink> sinks;
  std::vector<int> producers;    // stages that must end before this one can: they feed the queue or groups it reads
  std::vector<int> side_inputs;  // PCollections that must be complete before this stage starts
};

struct StagePlan {
  std::vector<Stage> stages;
};

// Every transform of the graph lies in one stage (a CombinePerKey in two).
StagePlan Fuse(const Graph& graph);

}  // namespace beam
