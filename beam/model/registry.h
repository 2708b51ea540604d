// The user functions of this program, by name: how a worker finds the code that a pipeline's graph speaks of.
//
// Naming a DoFn or CombineFn in a ParDo or Combine registers it before main(), in launcher and worker alike, as both
// are the same program. Two different functions of one name end the program at its start, by name.
#pragma once

#include <string>
#include <string_view>

#include "beam/model/operator.h"

namespace beam {

// The operators of one user function. A DoFn has `process`; a CombineFn the other three, for the lifted form:
// precombine (before the shuffle), merge (after it, giving accumulators) and extract.
struct FnEntry {
  const char* key;  // the mangled name of its type: the same in each process that runs this program
  OperatorFactory process = nullptr;
  OperatorFactory precombine = nullptr;
  OperatorFactory combine_grouped = nullptr;  // KV<K, Iterable<accumulator>> to KV<K, output>
};

// Registers an entry, which must live as long as the program. Returns its key.
std::string_view RegisterFn(const FnEntry* entry);

// Throws Error, by name, for a function that this program does not have.
const FnEntry& FindFn(std::string_view key);

// For messages: the name of the type behind a key, as a programmer writes it.
std::string ReadableName(std::string_view key);

}  // namespace beam
