// --dump_pipeline FILE: a pipeline's proto, as engines are given it, in a file to look at.
//
//   *.txt, *.textproto, *.pbtxt   Protobuf's text format
//   *.pb, *.binpb                 its binary format
//   *.dot                         a drawing for Graphviz
#pragma once

#include <string>

namespace org::apache::beam::model::pipeline::v1 {
class Pipeline;
}

namespace beam {

class Graph;
struct ResourceHints;

// Throws UsageError, naming the endings there are, if `path` has none of them.
void CheckDumpPath(const std::string& path);

// The same pipeline gives the same bytes. The file appears whole or not at all. Throws Error, naming it.
void DumpPipeline(const org::apache::beam::model::pipeline::v1::Pipeline& pipeline, const std::string& path);

// Of a pipeline that no engine runs: its environment is then the engine's business.
void DumpPipeline(const Graph& graph, const ResourceHints& hints, const std::string& path);

}  // namespace beam
