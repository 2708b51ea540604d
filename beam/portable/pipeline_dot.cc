#include "beam/portable/pipeline_dot.h"

#include <map>
#include <string_view>
#include <vector>

#include "beam/base/error.h"
#include "beam/portable/components.h"
#include "beam/portable/urns.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;

namespace {

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c == '\n' ? ' ' : c;
  }
  return quoted + '"';
}

class Drawing {
 public:
  explicit Drawing(const proto::Pipeline& pipeline) : pipeline_(pipeline), components_(pipeline.components()) {}

  std::string Run() {
    text_ = "digraph pipeline {\n  node [shape=box];\n";
    for (const std::string& root : pipeline_.root_transform_ids()) DrawStep(root, "", 1);
    for (const std::string& leaf : leaves_) DrawInputs(leaf);
    return text_ + "}\n";
  }

 private:
  // The label is what the name has that `outer`, the name of the composite around it, has not.
  void DrawStep(const std::string& id, const std::string& outer, std::size_t depth) {
    const proto::PTransform& transform = components_.transforms().at(id);
    const std::string indent(depth * 2, ' ');
    const std::string& name = transform.unique_name();
    const std::string label = name.starts_with(outer + "/") ? name.substr(outer.size() + 1) : name;
    if (transform.subtransforms().empty()) {
      text_ += indent + Quoted(id) + " [label=" + Quoted(label) + "];\n";
      leaves_.push_back(id);
      for (const auto& [tag, pcollection] : transform.outputs()) producers_[pcollection] = {id, tag};
      return;
    }
    text_ += indent + "subgraph " + Quoted("cluster_" + id) + " {\n" + indent + "  label=" + Quoted(label) + ";\n";
    for (const std::string& part : transform.subtransforms()) DrawStep(part, name, depth + 1);
    text_ += indent + "}\n";
  }

  void DrawInputs(const std::string& id) {
    const proto::PTransform& transform = components_.transforms().at(id);
    proto::ParDoPayload payload;
    if (transform.spec().urn() == urn::kParDo && !payload.ParseFromString(transform.spec().payload())) {
      throw Error("step '" + transform.unique_name() + "' has a malformed payload");
    }
    const std::map<std::string, std::string> inputs(transform.inputs().begin(), transform.inputs().end());
    for (const auto& [tag, pcollection] : inputs) {
      const Producer& producer = producers_.at(pcollection);
      std::string label =
          CoderText(CoderFromProto(components_.pcollections().at(pcollection).coder_id(), components_.coders()));
      if (components_.transforms().at(producer.transform).outputs_size() > 1) label = producer.tag + ": " + label;
      text_ += "  " + Quoted(producer.transform) + " -> " + Quoted(id) + " [label=" + Quoted(label)
          + (payload.side_inputs().count(tag) > 0 ? ", style=dashed" : "") + "];\n";
    }
  }

  struct Producer {
    std::string transform;
    std::string tag;
  };

  const proto::Pipeline& pipeline_;
  const proto::Components& components_;
  std::string text_;
  std::vector<std::string> leaves_;            // in the order of drawing
  std::map<std::string, Producer> producers_;  // by PCollection
};

}  // namespace

std::string DotOf(const proto::Pipeline& pipeline) { return Drawing(pipeline).Run(); }

}  // namespace beam
