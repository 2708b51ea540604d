#include "beam/portable/artifact.h"

#include <filesystem>
#include <system_error>

#include "beam/base/error.h"
#include "beam/portable/sha256.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;

proto::ArtifactInformation FileArtifact(const std::string& path, const std::string& staged_name) {
  proto::ArtifactFilePayload file;
  file.set_path(path);
  file.set_sha256(Sha256OfFile(path));
  proto::ArtifactStagingToRolePayload role;
  role.set_staged_name(staged_name);
  proto::ArtifactInformation artifact;
  artifact.set_type_urn("beam:artifact:type:file:v1");
  artifact.set_type_payload(file.SerializeAsString());
  artifact.set_role_urn("beam:artifact:role:staging_to:v1");
  artifact.set_role_payload(role.SerializeAsString());
  return artifact;
}

std::string ExecutablePath() {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) throw Error("cannot find out the path of this program: " + error.message());
  return path.string();
}

}  // namespace beam
