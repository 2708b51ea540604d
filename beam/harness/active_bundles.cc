#include "beam/harness/active_bundles.h"

#include <cstdio>
#include <vector>

namespace beam {

void ActiveBundles::Add(const std::string& instruction, const std::string& stage, std::shared_ptr<BundleRun> run) {
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  active_[instruction] = {stage, std::move(run), now};
}

void ActiveBundles::Remove(const std::string& instruction) {
  const std::lock_guard lock(mutex_);
  active_.erase(instruction);
}

void ActiveBundles::Sample() {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(now - last_sample_);
  last_sample_ = now;
  for (const auto& [instruction, active] : active_) active.run->Sample(passed);
}

void ActiveBundles::Flush() {
  // Not with the lock: an engine that does not read holds this up, and nothing else.
  std::vector<std::shared_ptr<BundleRun>> runs;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [instruction, active] : active_) runs.push_back(active.run);
  }
  for (const auto& run : runs) run->Flush();
}

std::string ActiveBundles::Describe() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [instruction, active] : active_) {
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.1f", std::chrono::duration<double>(Clock::now() - active.begin).count());
    text.append("bundle ").append(instruction).append(" of stage ").append(active.stage).append(": for ");
    text.append(seconds).append(" s, ").append(active.run->Describe()).append("\n");
  }
  return text;
}

}  // namespace beam
