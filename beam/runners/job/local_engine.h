// LocalEngine: an engine that a program starts for its own run, as with --runner PrismRunner and no --job_endpoint.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "beam/base/child_process.h"
#include "beam/io/unique_fd.h"

namespace beam {

// How to start an engine that is installed on this machine.
struct LocalEngineProgram {
  std::string name;                // as users know it: Prism
  std::string how_to_install;      // the end of the sentence that says it cannot be started
  std::string program;             // looked for in $PATH if it has no slash
  std::vector<std::string> flags;  // "{port}" and "{other port}" become ports that are free
  // What it prints when a worker does not start, or has died, without ending the job for that.
  std::vector<std::string> trouble = {};
};

// Prism, Beam's runner in Go: the program `prism`, or what $PRISM names.
LocalEngineProgram PrismProgram();
// Beam's job server for Flink or Spark, a jar that holds all of it, with the engine inside. Where the path is empty, it
// is that in $FLINK_JOB_SERVER_JAR or $SPARK_JOB_SERVER_JAR, or else the newest of those that Beam's Python SDK has
// fetched, into ~/.apache_beam/cache/jars. Throws UsageError, saying how to get it, if there is no such file.
LocalEngineProgram FlinkProgram(const std::string& job_server_jar);
LocalEngineProgram SparkProgram(const std::string& job_server_jar);

// Runs from construction to destruction, and never longer than this program, however that ends.
class LocalEngine {
 public:
  // Returns when the engine answers. Throws UsageError, saying how to install it, if it is not there; Error with
  // the last that it printed if it ends or does not answer within `timeout`; Cancelled if the run is to stop meanwhile.
  explicit LocalEngine(const LocalEngineProgram& program, std::chrono::milliseconds timeout = std::chrono::seconds(60));
  ~LocalEngine();
  LocalEngine(const LocalEngine&) = delete;
  LocalEngine& operator=(const LocalEngine&) = delete;

  // HOST:PORT of its job service.
  const std::string& endpoint() const { return endpoint_; }

  // What it printed last of a worker that does not run, as a sentence; or nothing. Thread-safe.
  std::string Trouble() const;

 private:
  void WaitUntilReady(const std::string& name, std::uint16_t port, std::chrono::milliseconds timeout);
  std::string LastWords() const;

  const std::string name_;
  const std::vector<std::string> trouble_;
  std::string endpoint_;
  internal::UniqueFd log_;  // what the engine prints
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace beam
