// Beam's published standard_coders.yaml as C++ values, for the tests of the coders.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "beam/coder/dynamic_coder.h"
#include "beam/coder/test_hex.h"

namespace beam {

// One encoded value.
struct Example {
  std::string bytes;
  Value value;
};

// One section of the file: a coder, and values in the contexts it is used in.
struct Entry {
  CoderSpec spec;
  std::vector<Context> contexts;
  bool deterministic = true;
  std::map<std::string, std::string> state;  // what the tokens of state-backed iterables stand for
  std::vector<Example> examples;
};

// Reads the file that the environment variable STANDARD_CODERS_YAML names; throws Error if there is none.
std::vector<Entry> LoadEntries();

// A name for an entry's coder, by which C++ types are found: kv(bytes,varint), row(str:string?,i32:int32).
std::string Signature(const CoderSpec& spec);

FetchState FetchFrom(const Entry& entry);

// Calls `check(entry, context, example)` for all examples, and returns how often.
template <class Check>
int ForEachExample(const std::vector<Entry>& entries, Check&& check) {
  int count = 0;
  for (const Entry& entry : entries) {
    for (const Context context : entry.contexts) {
      for (const Example& example : entry.examples) {
        SCOPED_TRACE(Signature(entry.spec) + (context == Context::kNested ? " nested: " : " outer: ")
                     + Hex(example.bytes) + " = " + DebugString(example.value));
        check(entry, context, example);
        ++count;
      }
    }
  }
  return count;
}

}  // namespace beam
