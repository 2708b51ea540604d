// DotOf: a pipeline as a drawing in the language of Graphviz: `dot -Tsvg FILE`.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <string>

namespace beam {

// Steps are boxes, composites frames around them, PCollections arrows that bear their coders; side inputs are dashed.
// The same pipeline gives the same text.
std::string DotOf(const org::apache::beam::model::pipeline::v1::Pipeline& pipeline);

}  // namespace beam
