#include "beam/harness/left_provisions.h"

#include <google/protobuf/util/json_util.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "beam/base/environment.h"
#include "beam/base/error.h"

namespace beam {
namespace {

using internal::Environment;

constexpr const char* kOptions = "PIPELINE_OPTIONS_FILE";
constexpr const char* kCapabilities = "RUNNER_CAPABILITIES";
constexpr const char* kStatus = "STATUS_ENDPOINT";
constexpr const char* kInfo = "BEAM_PROVISION_INFO_FILE";

// Its path, under which this process, those that it starts and those that these become find it.
std::string FileInMemory(const char* name, std::string_view bytes) {
  const int fd = memfd_create(name, 0);
  while (fd >= 0 && !bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) break;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fd < 0 || !bytes.empty())
    throw Error(std::string("cannot keep the provisions of the engine: ") + strerror(errno));
  return "/proc/self/fd/" + std::to_string(fd);
}

std::string ReadVariableFile(const char* variable) {
  std::ifstream file(Environment(variable), std::ios::binary);
  std::ostringstream bytes;
  if (!file || !(bytes << file.rdbuf())) {
    throw Error(std::string("cannot read ") + Environment(variable) + ", which " + variable + " names");
  }
  return bytes.str();
}

}  // namespace

void LeaveProvisions(const ProvisionInfo& info) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(info.pipeline_options(), &json).ok()) {
    throw Error("the pipeline's options are not such as JSON can say");
  }
  std::string capabilities;
  for (const std::string& capability : info.runner_capabilities()) {
    capabilities += (capabilities.empty() ? "" : " ") + capability;
  }
  setenv(kOptions, FileInMemory("pipeline_options.json", json).c_str(), 1);
  setenv(kCapabilities, capabilities.c_str(), 1);
  setenv(kStatus, info.status_endpoint().url().c_str(), 1);
  setenv(kInfo, FileInMemory("provision_info", info.SerializeAsString()).c_str(), 1);
}

std::optional<Provisions> FindLeftProvisions() {
  Provisions left{.info = {}, .by = ToldBy::kThisProgram};
  if (!Environment(kInfo).empty()) {
    if (left.info.ParseFromString(ReadVariableFile(kInfo))) return left;
    throw Error(Environment(kInfo) + ", which " + kInfo + " names, holds no provisions");
  }
  if (Environment(kOptions).empty()) return std::nullopt;
  left.by = ToldBy::kAnotherBoot;
  const std::string json = ReadVariableFile(kOptions);
  const auto status = google::protobuf::util::JsonStringToMessage(json, left.info.mutable_pipeline_options());
  if (!status.ok()) {
    throw Error(Environment(kOptions) + ", which " + kOptions
                + " names, holds no options as JSON: " + std::string(status.message()));
  }
  std::istringstream capabilities(Environment(kCapabilities));
  for (std::string capability; capabilities >> capability;) left.info.add_runner_capabilities(capability);
  left.info.mutable_status_endpoint()->set_url(Environment(kStatus));
  return left;
}

}  // namespace beam
