// Main: the whole main() of a program that runs one pipeline.
//
//   struct Options {
//     beam::Required<std::string, "the text to count"> input;
//   };
//   int main(int argc, char** argv) {
//     return beam::Main(argc, argv, [](beam::Pipeline& p, const Options& options) {
//       p | beam::MatchFiles("Match", options.input) | ...
//     });
//   }
//
// Flags are the fields of Options (options_flag.h), of PipelineOptions, of StorageOptions and of DataflowFlags; a
// builder that takes only the Pipeline has none of its own. Exit codes: 0 done, 1 the run failed, 2 the command line or
// the pipeline is at fault, 130 stopped by Ctrl-C. Errors are one sentence on standard error.
#pragma once

#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "beam/model/pcollection.h"
#include "beam/runners/interrupt.h"
#include "beam/runners/options.h"
#include "beam/runners/options_set.h"
#include "beam/runners/run.h"
#include "beam/runners/storage_options.h"

namespace beam {
namespace internal {

template <class M>
struct BuilderOptions;
template <class C>
struct BuilderOptions<void (C::*)(Pipeline&) const> {
  using Type = std::tuple<>;
};
template <class C, class Options>
struct BuilderOptions<void (C::*)(Pipeline&, const Options&) const> {
  using Type = Options;
};

// The last part of a path: what a program calls itself.
std::string ProgramName(const char* path);

// Opens /dev/null in place of standard streams that are closed: a file opened later would take their number, and be
// written to by mistake. The first thing that a program does.
void OpenStandardStreams();

// Flushes standard output. Throws Error if what was printed could not be written, unless its reader simply left.
void FlushOutput();

int RunMain(int argc, char** argv, FlagSet& flags, const PipelineOptions& options, DataflowFlags& dataflow,
            const std::function<void(Pipeline&)>& build);

}  // namespace internal

template <class Build>
int Main(int argc, char** argv, Build build) {
  using Options = typename internal::BuilderOptions<decltype(&Build::operator())>::Type;
  const std::string program = internal::ProgramName(argc > 0 ? argv[0] : "");
  FlagSet flags(program, program + " runs an Apache Beam pipeline.");
  Options options{};
  if constexpr (!std::is_same_v<Options, std::tuple<>>) flags.Add("Options", options);
  PipelineOptions pipeline_options;
  flags.Add("Options of every pipeline", pipeline_options);
  StorageOptions storage_options;
  flags.Add("Options of stores", storage_options);
  DataflowFlags dataflow;
  AddDataflowFlags(flags, dataflow);
  return internal::RunMain(argc, argv, flags, pipeline_options, dataflow, [&](Pipeline& pipeline) {
    UseStorage(storage_options);
    if constexpr (std::is_same_v<Options, std::tuple<>>) {
      build(pipeline);
    } else {
      build(pipeline, options);
    }
  });
}

}  // namespace beam
