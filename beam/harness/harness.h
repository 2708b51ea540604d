// Harness: runs the bundles that an engine asks for over the control stream of Beam's Fn API, on as many threads as the
// engine has bundles at a time.
//
//   beam::Harness harness({.id = "1", .control = "localhost:8099"});
//   harness.Run();                                      // returns when the engine ends the stream, or after Stop()
//
// Every request is answered, with an error where something is wrong with it. Run() may be called once, by any thread;
// Stop() by any other.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "beam/portable/keepalive.h"

namespace beam {

// What the elements of one message may come to: gRPC's own limit, less what surrounds them.
inline constexpr std::size_t kMostMessageBytes = (std::size_t{1} << 31) - (std::size_t{1} << 16);
// What Beam's other SDKs remember of side inputs by default.
inline constexpr std::size_t kSideInputCacheBytes = std::size_t{100} << 20;
// For a step to notice that its bundle has no use any more, as when it next asks for an element or wants to send one.
inline constexpr std::chrono::seconds kStepPatience{30};

struct HarnessOptions {
  std::string id;                                               // by which the engine knows it
  std::string control;                                          // host:port of the control service
  std::string status = {};                                      // host:port of the status service, or empty
  std::set<std::string, std::less<>> runner_capabilities = {};  // what the engine says that it can
  std::size_t most_message_bytes = kMostMessageBytes;
  std::size_t side_input_cache_bytes = kSideInputCacheBytes;
  Keepalive keepalive = {};                                 // of the streams to the engine
  std::chrono::milliseconds step_patience = kStepPatience;  // with bundles whose engine has ended the control stream
};

class Harness {
 public:
  explicit Harness(const HarnessOptions& options);
  // What steps that have not returned may use is not destroyed.
  ~Harness();
  Harness(const Harness&) = delete;
  Harness& operator=(const Harness&) = delete;

  // Bundles in progress are ended before it returns. Throws Error if the engine could not be reached, or if a data or
  // state stream was cut: the bundles that this concerns are answered first. Likewise, naming it, if a step does not
  // return within the patience: its thread is left behind, and when the program exits, it does so without destroying
  // anything.
  void Run();

  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace beam
