// Where and how a pipeline is submitted to an engine.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "beam/base/job_option_value.h"

namespace beam {

struct JobOptions {
  std::string endpoint;  // host:port of the engine's job service (--job_endpoint)
  std::string job_name;
  // What the engine is told besides, by the names of Beam's other SDKs: parallelism, environment_cache_millis, ...
  JobOptionValues pipeline_options;

  // Until the job service answers at all, and, for each question after that, until it answers.
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds call_timeout{60'000};
  // A job that runs longer is cancelled and has failed; zero: it may run for ever (--job_timeout).
  std::chrono::milliseconds run_timeout{0};
  // How often a job that says nothing is asked for its state, to notice that the engine is gone.
  std::chrono::milliseconds watch_interval{5'000};
  // What else is known of the engine: why the job may hang, or nothing. Asked when it says nothing; one that still says
  // nothing the next time has failed for that reason, and so has one in which the engine panics. Called by one thread.
  std::function<std::string()> trouble = {};
};

// A time as error texts say it: "0.3 s".
std::string SecondsText(std::chrono::milliseconds time);

}  // namespace beam
