#include "beam/exec/call_after_commit.h"

#include <exception>
#include <string>

#include "beam/base/log.h"

namespace beam {

void CallAfterCommit(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    LogWarning("a callback after the commit of a bundle failed: " + std::string(error.what()));
  }
}

}  // namespace beam
