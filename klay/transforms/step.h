// What klay's steps share: how one takes an input that something is wrong with (as an outcome, in its `failed` output).
#pragma once

#include <new>
#include <string>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/model/output.h"
#include "klay/transforms/counters.h"
#include "klay/transforms/elements.h"

namespace klay::internal {

using Failed = beam::Output<Failure, "failed">;

// The state of a step whose Setup() has nothing to make, only its fields to check.
struct Checked {};

inline void Fail(const std::string& path, std::string reason, const Failed& failed) {
  files_failed.Inc();
  failed.Emit({path, std::move(reason)});
}

// Calls `make` and returns true; or puts what it throws of the input at `path` into `failed`, and returns false. What
// `make` gives is to be emitted after that: what steps behind this one throw is no fault of the input.
template <class Make>
bool Try(const std::string& path, const Failed& failed, Make&& make) {
  try {
    make();
    return true;
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const beam::Error& error) {
    Fail(path, error.what(), failed);
  } catch (const std::bad_alloc&) {
    Fail(path, "there is not enough memory for it: lower --max_memory, so that fewer files are worked on at a time",
         failed);
  }
  return false;
}

}  // namespace klay::internal
