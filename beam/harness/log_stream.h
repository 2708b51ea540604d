// LogStream: the log lines of a worker's process, on their way to its engine.
//
// While it lives it is the sink of beam::Log. Lines are sent by a thread of its own, so that who logs does not wait; of
// an engine that does not read, the oldest lines are dropped, and how many is said. A stream that is cut is opened
// again; lines that cannot be sent go to standard error.
#pragma once

#include <memory>
#include <string>

#include "beam/portable/keepalive.h"

namespace beam {

class LogStream {
 public:
  // To the logging service at host:port, as the worker of that id.
  LogStream(const std::string& endpoint, const std::string& worker, const Keepalive& keepalive = {});
  // Waits until what was logged is sent, at most some seconds.
  ~LogStream();
  LogStream(const LogStream&) = delete;
  LogStream& operator=(const LogStream&) = delete;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace beam
