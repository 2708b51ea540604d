// Files that a pipeline takes along (--files_to_stage): how a step finds them on whichever machine it runs.
//
//   std::unique_ptr<Model> Setup() const { return LoadModel(beam::StagedFile("model.onnx")); }
//
// Thread-safe.
#pragma once

#include <map>
#include <string>

namespace beam {

// The path, in this process, of the file that was taken along under this name, the last part of its path. Throws Error
// if none was.
std::string StagedFile(const std::string& name);

// What there is, as paths by names. A runner says so before the pipeline runs, a worker before its first bundle.
void SetStagedFiles(std::map<std::string, std::string> paths);

}  // namespace beam
