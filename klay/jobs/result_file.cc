#include "klay/jobs/result_file.h"

#include "beam/base/error.h"
#include "beam/io/file_systems.h"

namespace klay {

std::unique_ptr<beam::ByteSink> OpenResult(const std::string& flag, const std::string& path) {
  if (path.empty()) return nullptr;
  try {
    return beam::FileSystemFor(path)->OpenWrite(path);
  } catch (const beam::UsageError&) {
    throw;
  } catch (const beam::Error& error) {
    throw beam::UsageError(flag + " cannot be used: " + error.what());
  }
}

void CheckResult(const std::string& flag, const std::string& path) { OpenResult(flag, path); }

}  // namespace klay
