// Keepalive: how the end of a machine is noticed that says nothing any more, of a connection to an engine.
#pragma once

#include <chrono>

namespace beam {

struct Keepalive {
  // After so much silence the other side is asked whether it is there. Servers of gRPC take it amiss to be asked more
  // than once in five minutes, unless they say otherwise.
  std::chrono::milliseconds after{320'000};
  // For so long its answer is waited for, before it counts as gone.
  std::chrono::milliseconds patience{60'000};
};

}  // namespace beam
