// BundleFinalizer: a parameter of ProcessElement and FinishBundle for what must not happen before the outputs of the
// bundle are safe: acknowledging what was read, deleting a temporary.
//
//   void ProcessElement(const Message& message, beam::BundleFinalizer& finalizer, beam::Output<Message> out) const {
//     out.Emit(message);
//     finalizer.AfterBundleCommit([id = message.id] { Acknowledge(id); });
//   }
//
// Best effort, as in Beam's other SDKs: a callback is called once at most, and not where the bundle fails, its worker
// goes, or the runner comes after the expiry. Flink and Spark refuse it in batch pipelines. What has to happen needs a
// step of its own behind a Reshuffle.
#pragma once

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace beam {

// Not thread-safe: it belongs to the thread of the bundle.
class BundleFinalizer {
 public:
  using Clock = std::chrono::steady_clock;

  // What it captures it must own: any thread may call it, also when the DoFn has been torn down. What it throws is
  // told, and changes nothing.
  struct Callback {
    std::function<void()> call;
    Clock::time_point expiry;
  };

  void AfterBundleCommit(std::function<void()> call, Clock::duration expires_after = std::chrono::minutes(5)) {
    callbacks_.push_back({std::move(call), Clock::now() + expires_after});
  }

  // For runners: those of the bundle that has just ended.
  std::vector<Callback> Take() { return std::exchange(callbacks_, {}); }

 private:
  std::vector<Callback> callbacks_;
};

}  // namespace beam
