#include "beam/runners/dataflow/dataflow_staging.h"

#include <set>

#include "beam/base/error.h"
#include "beam/portable/artifact.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;

std::vector<StagedFile> StageArtifacts(const std::string& folder, proto::Pipeline& pipeline) {
  std::vector<StagedFile> files;
  std::set<std::string> urls;
  // In the order of their ids: of a map, Protobuf has none.
  std::set<std::string> ids;
  for (const auto& environment : pipeline.components().environments()) ids.insert(environment.first);
  for (const std::string& id : ids) {
    proto::Environment& environment = pipeline.mutable_components()->mutable_environments()->at(id);
    for (proto::ArtifactInformation& artifact : *environment.mutable_dependencies()) {
      proto::ArtifactFilePayload file;
      if (artifact.type_urn() != "beam:artifact:type:file:v1" || !file.ParseFromString(artifact.type_payload())) {
        throw Error("an artifact of the type '" + artifact.type_urn() + "' cannot be sent to Dataflow");
      }
      const std::string name = StagedName(artifact);
      const std::string url = Below(folder, file.sha256() + "/" + name);
      if (urls.insert(url).second) files.push_back({name, file.path(), url, file.sha256()});
      proto::ArtifactUrlPayload staged;
      staged.set_url(url);
      staged.set_sha256(file.sha256());
      artifact.set_type_urn("beam:artifact:type:url:v1");
      artifact.set_type_payload(staged.SerializeAsString());
    }
  }
  return files;
}

std::string Below(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

}  // namespace beam
