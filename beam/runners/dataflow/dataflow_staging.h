// Where in a bucket the files of a job lie for its workers.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <string>
#include <vector>

namespace beam {

// A file that workers find under `name`.
struct StagedFile {
  std::string name;
  std::string path;    // on this machine
  std::string url;     // gs://...
  std::string sha256;  // in lower-case hex
};

// Leads the artifacts of all environments, which are files of this machine, to objects of `folder` (gs://...), and
// returns these, each once. An object's name carries the digest of its file, so that one that is there already need not
// be sent again, and two builds never share one. Throws Error for an artifact that is no file.
std::vector<StagedFile> StageArtifacts(const std::string& folder,
                                       org::apache::beam::model::pipeline::v1::Pipeline& pipeline);

// A path below a folder, which may end in a slash.
std::string Below(const std::string& folder, const std::string& name);

}  // namespace beam
