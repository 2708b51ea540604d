#include "beam/io/file_system.h"

#include "beam/base/error.h"

namespace beam {

std::vector<std::string> FileSystem::FinishAll(const std::vector<ByteSink*>& sinks) {
  std::vector<std::string> errors(sinks.size());
  for (std::size_t i = 0; i < sinks.size(); ++i) {
    try {
      sinks[i]->Finish();
    } catch (const Error& error) {
      errors[i] = error.what();
    }
  }
  return errors;
}

bool FileSystem::RemoveAbandoned(const std::string&) { return false; }

}  // namespace beam
