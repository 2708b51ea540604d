#include "beam/runners/job/staged_artifacts.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "beam/base/error.h"
#include "beam/portable/artifact.h"

namespace beam {

std::map<std::string, std::string> FilesByName(const std::vector<std::string>& paths) {
  std::map<std::string, std::string> files;
  for (const std::string& path : paths) {
    const std::string name = std::filesystem::path(path).filename();
    const auto complain = [&](const std::string& why) {
      throw UsageError("--files_to_stage '" + path + "' cannot be taken along: " + why);
    };
    struct stat status{};
    if (stat(path.c_str(), &status) != 0 || access(path.c_str(), R_OK) != 0) complain(std::strerror(errno));
    if (!S_ISREG(status.st_mode)) complain("it is no file");
    if (name == kStagedProgram) complain("the name is that of the program; give it another one");
    if (!files.emplace(name, path).second) complain("there is another one of its name");
  }
  return files;
}

void AddArtifacts(const std::string& sdk_location, const std::vector<std::string>& files_to_stage,
                  EnvironmentProto& environment) {
  if (sdk_location != "container") {
    const std::string program = sdk_location == "default" ? ExecutablePath() : sdk_location;
    if (access(program.c_str(), R_OK | X_OK) != 0) {
      throw UsageError("--sdk_location " + program + " is no program that can be taken along: " + std::strerror(errno));
    }
    *environment.add_dependencies() = FileArtifact(program, kStagedProgram);
  }
  for (const auto& [name, path] : FilesByName(files_to_stage)) {
    *environment.add_dependencies() = FileArtifact(path, name);
  }
}

}  // namespace beam
