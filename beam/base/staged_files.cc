#include "beam/base/staged_files.h"

#include <mutex>
#include <utility>

#include "beam/base/error.h"

namespace beam {
namespace {

struct Files {
  std::mutex mutex;
  std::map<std::string, std::string> paths;
};

Files& TheFiles() {
  static Files files;
  return files;
}

}  // namespace

std::string StagedFile(const std::string& name) {
  Files& files = TheFiles();
  const std::lock_guard lock(files.mutex);
  const auto found = files.paths.find(name);
  if (found != files.paths.end()) return found->second;
  throw Error("the pipeline takes no file '" + name + "' along: name its path in --files_to_stage");
}

void SetStagedFiles(std::map<std::string, std::string> paths) {
  Files& files = TheFiles();
  const std::lock_guard lock(files.mutex);
  files.paths = std::move(paths);
}

}  // namespace beam
