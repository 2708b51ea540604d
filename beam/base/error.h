// The exceptions of the SDK.
//
// Error       something went wrong that its catcher may report: its text is one sentence a user can act on.
// UsageError  the user's command line or pipeline is at fault; programs print it and exit with code 2.
// Cancelled   the run was asked to stop (Ctrl-C, a failed step elsewhere); never reported as a fault of its own.
//
// Expected trouble with input is data (a `failed` output), not an exception that crosses a step.
#pragma once

#include <stdexcept>
#include <string>

namespace beam {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class UsageError : public Error {
 public:
  using Error::Error;
};

class Cancelled : public Error {
 public:
  Cancelled() : Error("the run was cancelled") {}
};

}  // namespace beam
