#include "beam/portable/artifact.h"

#include <filesystem>
#include <system_error>

#include "beam/base/error.h"
#include "beam/portable/sha256.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;

proto::ArtifactInformation FileArtifact(const std::string& path, const std::string& staged_name) {
  return FileArtifact(path, staged_name, Sha256OfFile(path));
}

proto::ArtifactInformation FileArtifact(const std::string& path, const std::string& staged_name,
                                        const std::string& sha256) {
  proto::ArtifactFilePayload file;
  file.set_path(path);
  file.set_sha256(sha256);
  proto::ArtifactStagingToRolePayload role;
  role.set_staged_name(staged_name);
  proto::ArtifactInformation artifact;
  artifact.set_type_urn("beam:artifact:type:file:v1");
  artifact.set_type_payload(file.SerializeAsString());
  artifact.set_role_urn("beam:artifact:role:staging_to:v1");
  artifact.set_role_payload(role.SerializeAsString());
  return artifact;
}

std::string StagedName(const proto::ArtifactInformation& artifact) {
  if (artifact.role_urn() == "beam:artifact:role:go_worker_binary:v1") return kStagedProgram;
  proto::ArtifactStagingToRolePayload role;
  if (artifact.role_urn() != "beam:artifact:role:staging_to:v1" || !role.ParseFromString(artifact.role_payload())) {
    throw Error("an artifact has the role '" + artifact.role_urn() + "', which this worker does not know");
  }
  const std::string& name = role.staged_name();
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos
      || name.find('\0') != std::string::npos) {
    throw Error("an artifact is to be called '" + name + "', which is no file name");
  }
  return name;
}

std::string DigestOf(const proto::ArtifactInformation& artifact) {
  if (artifact.type_urn() == "beam:artifact:type:file:v1") {
    proto::ArtifactFilePayload file;
    return file.ParseFromString(artifact.type_payload()) ? file.sha256() : "";
  }
  if (artifact.type_urn() == "beam:artifact:type:url:v1") {
    proto::ArtifactUrlPayload url;
    return url.ParseFromString(artifact.type_payload()) ? url.sha256() : "";
  }
  return "";
}

std::string ExecutablePath() {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) throw Error("cannot find out the path of this program: " + error.message());
  return path.string();
}

}  // namespace beam
