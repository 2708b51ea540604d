#include "beam/runners/job/dump_pipeline.h"

#include <google/protobuf/text_format.h>

#include "beam/base/error.h"
#include "beam/io/file_writer.h"
#include "beam/portable/environment.h"
#include "beam/portable/pipeline_dot.h"
#include "beam/portable/pipeline_proto.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;

namespace {

std::string Text(const proto::Pipeline& pipeline) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(pipeline, &text);
  return text;
}

struct DumpFormat {
  const char* ending;
  std::string (*write)(const proto::Pipeline& pipeline);
};
constexpr DumpFormat kFormats[] = {{".txt", &Text},
                                   {".textproto", &Text},
                                   {".pbtxt", &Text},
                                   {".pb", &SerializedPipeline},
                                   {".binpb", &SerializedPipeline},
                                   {".dot", &DotOf}};

const DumpFormat& FormatOf(const std::string& path) {
  std::string endings;
  for (const DumpFormat& format : kFormats) {
    if (path.ends_with(format.ending)) return format;
    endings += (endings.empty() ? "" : ", ") + std::string(format.ending);
  }
  throw UsageError("--dump_pipeline '" + path + "' must end in one of " + endings);
}

}  // namespace

void CheckDumpPath(const std::string& path) { FormatOf(path); }

void DumpPipeline(const proto::Pipeline& pipeline, const std::string& path) {
  WriteFile(path, FormatOf(path).write(pipeline));
}

void DumpPipeline(const Graph& graph, const ResourceHints& hints, const std::string& path) {
  DumpPipeline(ToProto(graph, DefaultEnvironment(), hints), path);
}

}  // namespace beam
