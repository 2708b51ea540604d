#include "beam/harness/finalizations.h"

#include <algorithm>
#include <utility>

#include "beam/exec/call_after_commit.h"

namespace beam {
namespace {

bool HasExpired(const BundleFinalizer::Callback& callback) { return callback.expiry <= BundleFinalizer::Clock::now(); }

}  // namespace

void Finalizations::Keep(const std::string& instruction, Callbacks callbacks) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [](const auto& waiting) {
    return std::all_of(waiting.second.begin(), waiting.second.end(), HasExpired);
  });
  waiting_[instruction] = std::move(callbacks);
}

void Finalizations::Finalize(const std::string& instruction) {
  Callbacks callbacks;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find(instruction);
    if (found == waiting_.end()) return;
    callbacks = std::move(found->second);
    waiting_.erase(found);
  }
  for (const BundleFinalizer::Callback& callback : callbacks) {
    if (!HasExpired(callback)) CallAfterCommit(callback.call);
  }
}

}  // namespace beam
