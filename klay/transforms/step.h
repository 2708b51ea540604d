// What klay's steps share: how one takes an input that something is wrong with (as an outcome, in its `failed` output).
#pragma once

#include <new>
#include <string>
#include <utility>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/io/readable_file.h"
#include "klay/transforms/counters.h"
#include "klay/transforms/elements.h"

namespace klay::internal {

// The state of a step whose Setup() has nothing to make, only its fields to check.
struct Checked {};

// `failed` is an output of Failures, here and below.
template <class Failed>
void Fail(const std::string& path, std::string reason, const Failed& failed) {
  files_failed.Inc();
  failed.Emit({path, std::move(reason)});
}

// Calls `make` and returns true; or puts what it throws of the input at `path` into `failed`, and returns false. What
// `make` gives is to be emitted after that: what steps behind this one throw is no fault of the input.
template <class Failed, class Make>
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

// The same for reading a file: `read` is given it opened. Counts what is read.
template <class Failed, class Read>
bool TryFile(const beam::ReadableFile& file, const Failed& failed, Read&& read) {
  bytes_taken.Inc(file.metadata.size_in_bytes);
  const bool done = Try(file.metadata.path, failed, [&] { read(*file.Open()); });
  if (done) files_loaded.Inc();
  return done;
}

}  // namespace klay::internal
