#include "klay/cli/commands.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string_view>

#include "beam/runners/interrupt.h"
#include "beam/runners/main.h"
#include "beam/runners/options_value.h"
#include "beam/runners/run_for_engine.h"
#include "klay/cli/file_commands.h"
#include "klay/cli/job_command.h"
#include "klay/jobs/gpu_check.h"
#include "klay/jobs/run_example.h"
#include "klay/jobs/stats.h"
#include "klay/jobs/transcode.h"
#include "klay/jobs/version.h"
#include "klay/transforms/merge_ledger.h"

namespace klay {
namespace {

struct Command {
  const char* name;
  const char* summary;
  int (*run)(const Command& command, const std::vector<std::string>& arguments);
};

// `add` gives the command what the job has besides.
template <class Options, void (*kBuild)(beam::Pipeline&, const Options&), class Add>
int RunJobWith(const Command& command, const std::vector<std::string>& arguments, Add add) {
  Options options;
  beam::FlagSet flags(std::string("klay-beam ") + command.name, command.summary);
  flags.Add("Options", options);
  JobCommand job{.name = command.name,
                 .flags = flags,
                 .arguments = arguments,
                 .build = [&](beam::Pipeline& p) { kBuild(p, options); },
                 .paths = [&] { return options.Paths(); }};
  add(job, options);
  return RunJobCommand(job);
}

template <class Options, void (*kBuild)(beam::Pipeline&, const Options&)>
int RunJob(const Command& command, const std::vector<std::string>& arguments) {
  return RunJobWith<Options, kBuild>(command, arguments, [](JobCommand&, const Options&) {});
}

// What a job with inputs has besides.
template <class Options, void (*kPlan)(beam::Pipeline&, const Options&, PlanDepth)>
void AddPlan(JobCommand& job, const Options& options) {
  job.plan = [&options](beam::Pipeline& p, PlanDepth depth) { kPlan(p, options, depth); };
  job.rate = [&options] { return options.Rate(); };
  job.nothing_matched = [&options] { return options.NothingMatched(); };
}

template <class Options, void (*kBuild)(beam::Pipeline&, const Options&),
          void (*kPlan)(beam::Pipeline&, const Options&, PlanDepth)>
int RunJobOnFiles(const Command& command, const std::vector<std::string>& arguments) {
  return RunJobWith<Options, kBuild>(command, arguments, &AddPlan<Options, kPlan>);
}

int RunTranscodeCommand(const Command& command, const std::vector<std::string>& arguments) {
  return RunJobWith<TranscodeOptions, &RunTranscode>(command, arguments,
                                                     [](JobCommand& job, const TranscodeOptions& options) {
                                                       AddPlan<TranscodeOptions, &PlanTranscodeJob>(job, options);
                                                       job.after_engine = [&options] {
                                                         if (options.ledger) MergeLedger(options.Ledger());
                                                       };
                                                     });
}

int RunWorkerPool(const Command& command, const std::vector<std::string>& arguments) {
  return beam::RunWorkerPool(std::string("klay-beam ") + command.name, arguments);
}

template <int (*kRun)(const std::string&, const std::string&, const std::vector<std::string>&)>
int RunOnFiles(const Command& command, const std::vector<std::string>& arguments) {
  return kRun(std::string("klay-beam ") + command.name, command.summary, arguments);
}

constexpr Command kCommands[] = {
    {"run-example", "Decodes every audio file of a folder, adds up their durations and names those that fail.",
     &RunJobOnFiles<RunExampleOptions, &RunExample, &PlanExample>},
    {"stats", "Tells what a folder of audio files is made of: how many, how long, in which formats, how loud.",
     &RunJobOnFiles<StatsOptions, &RunStats, &PlanStats>},
    {"transcode", "Makes every audio file of a folder into another format, sample rate or number of channels.",
     &RunTranscodeCommand},
    {"gpu-check", "Tells what each worker sees of GPUs: driver, devices, libraries.",
     &RunJob<GpuCheckOptions, &RunGpuCheck>},
    {"worker-pool", "Starts workers on this machine for engines elsewhere, as they ask (--environment_type EXTERNAL).",
     &RunWorkerPool},
    {"ls", "Lists files and folders, of any store, by path or pattern.", &RunOnFiles<&RunLs>},
    {"stat", "Tells what is at a path: file or folder, its size and time.", &RunOnFiles<&RunStat>},
    {"cat", "Prints the bytes of files.", &RunOnFiles<&RunCat>},
    {"cp", "Copies files within a store and between stores; what is there already is skipped.", &RunOnFiles<&RunCp>},
};

std::string Help() {
  std::string text =
      "klay-beam: jobs on audio files, as Apache Beam pipelines.\n\nUsage: klay-beam COMMAND [--flag value ...]\n\n";
  text += "Commands:\n";
  std::size_t width = 0;
  for (const Command& command : kCommands) width = std::max(width, std::string_view(command.name).size());
  for (const Command& command : kCommands) {
    const std::string_view name = command.name;
    text.append("  ").append(name).append(width - name.size() + 2, ' ').append(command.summary) += '\n';
  }
  return text + "\nklay-beam COMMAND --help shows the flags of a command, klay-beam --version the version.\n";
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  beam::internal::OpenStandardStreams();
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const std::string program = beam::internal::ProgramName(argc > 0 ? argv[0] : "");
  if (const std::optional<int> code = beam::RunForEngine(program, arguments)) return *code;
  const beam::InterruptScope interrupts;
  if (arguments.empty()) {
    std::fputs(Help().c_str(), stderr);
    return 2;
  }
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") {
    std::fputs(Help().c_str(), stdout);
    return 0;
  }
  if (name == "--version") {
    std::printf("klay-beam %s\n", kVersion);
    return 0;
  }
  std::vector<std::string> names;
  for (const Command& command : kCommands) {
    if (name == command.name) return command.run(command, {arguments.begin() + 1, arguments.end()});
    names.emplace_back(command.name);
  }
  const std::string nearest = beam::NearestName(name, names);
  const std::string hint = nearest.empty() ? "see klay-beam --help" : "did you mean " + nearest + "?";
  std::fprintf(stderr, "klay-beam: unknown command '%s': %s\n", name.c_str(), hint.c_str());
  return 2;
}

}  // namespace klay
