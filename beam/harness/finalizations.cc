#include "beam/harness/finalizations.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "beam/base/error.h"

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
  std::string failure;
  for (const BundleFinalizer::Callback& callback : callbacks) {
    if (HasExpired(callback)) continue;
    try {
      callback.call();
    } catch (const std::exception& error) {
      if (failure.empty()) failure = error.what();
    }
  }
  if (!failure.empty()) throw Error("a callback after the commit of a bundle failed: " + failure);
}

}  // namespace beam
