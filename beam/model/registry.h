// The user functions of this program, by name: how a worker finds the code that a pipeline's graph speaks of.
//
// Naming a DoFn or CombineFn in a ParDo or Combine registers it before main(), in launcher and worker alike, as both
// are the same program. Two different functions of one name end the program at its start, by name.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "beam/model/operator.h"

namespace beam {

struct ElementType;

// What a DoFn takes and gives. Outputs and side inputs are in the order of ProcessElement's parameters.
struct DoFnTypes {
  const ElementType* input;
  std::span<const ElementType* const> outputs;
  std::span<const std::string_view> output_names;
  std::span<const ElementType* const> side_inputs;
  bool resumes;
  // Of a step whose number of outputs is not that of its type: how many its fields say that there are, all of the type
  // of the first, named 0, 1, 2 and so on.
  std::size_t (*count_outputs)(std::string_view fields) = nullptr;
};

// What the steps that a CombineFn is cut into take and give.
struct CombineFnTypes {
  const ElementType* input;                 // KV<K, in>
  const ElementType* grouped_inputs;        // KV<K, Iterable<in>>
  const ElementType* accumulator;           // KV<K, accumulator>
  const ElementType* grouped_accumulators;  // KV<K, Iterable<accumulator>>
  const ElementType* output;                // KV<K, out>
};

// The steps that an engine, or the embedded runner, cuts a CombineFn into:
//   KV<K, in> precombine KV<K, accumulator> shuffle KV<K, Iterable<accumulator>> merge KV<K, accumulator> extract
// or, where nothing is combined before the shuffle, KV<K, Iterable<in>> combine_values.
struct CombineFnSteps {
  OperatorFactory precombine;
  OperatorFactory merge;
  OperatorFactory extract;
  OperatorFactory merge_and_extract;  // both at once
  OperatorFactory combine_values;
};

// One user function: a DoFn, or a CombineFn.
struct FnEntry {
  const char* key;  // the mangled name of its type: the same in each process that runs this program
  OperatorFactory process = nullptr;
  const DoFnTypes* do_fn = nullptr;  // with process
  const CombineFnSteps* combine = nullptr;
  const CombineFnTypes* combine_fn = nullptr;  // with combine
};

// Registers an entry, which must live as long as the program. Returns its key.
std::string_view RegisterFn(const FnEntry* entry);

// Throws Error, by name, for a function that this program does not have.
const FnEntry& FindFn(std::string_view key);

// For messages: the name of the type behind a key, as a programmer writes it.
std::string ReadableName(std::string_view key);

}  // namespace beam
