#include "beam/harness/worker_main.h"

#include <signal.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "beam/base/error.h"
#include "beam/base/exit_code.h"
#include "beam/base/log.h"
#include "beam/base/memory_budget.h"
#include "beam/base/process_end.h"
#include "beam/harness/harness.h"
#include "beam/harness/left_provisions.h"
#include "beam/harness/log_stream.h"
#include "beam/harness/provision.h"
#include "beam/harness/siblings.h"
#include "beam/harness/staged_program.h"
#include "beam/harness/worker_options.h"
#include "beam/io/file_systems.h"
#include "beam/io/hdfs_file_system.h"

namespace beam {

namespace {

std::string Unquoted(std::string text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') return text.substr(1, text.size() - 2);
  return text;
}

// Of the flags and the provisions, which know the same from then on.
void TakeAddresses(ProvisionInfo& info, WorkerFlags& flags) {
  const auto take = [](std::string& flag, auto& endpoint) {
    if (!endpoint.url().empty()) flag = endpoint.url();
    endpoint.set_url(flag);
  };
  take(flags.control_endpoint, *info.mutable_control_endpoint());
  take(flags.logging_endpoint, *info.mutable_logging_endpoint());
  take(flags.artifact_endpoint, *info.mutable_artifact_endpoint());
}

void TakeOptions(const ProvisionInfo& info) {
  const WorkerOptions options = ReadWorkerOptions(info.pipeline_options());
  if (options.log_level) SetLogLevel(*options.log_level);
  MemoryBudget& memory = MemoryBudget::Process();
  if (options.max_memory_bytes) memory.SetLimit(*options.max_memory_bytes);
  // All workers of a container share its memory.
  memory.SetLimit(memory.limit() / (1 + static_cast<std::uint64_t>(info.sibling_worker_ids_size())));
  if (!options.hdfs.host.empty()) RegisterFileSystem("hdfs", std::make_shared<HdfsFileSystem>(options.hdfs));
  RegisterObjectStores(options.objects);
}

StagingPlace PlaceOf(const WorkerFlags& flags) {
  return {.endpoint = flags.artifact_endpoint, .worker_id = flags.id, .folder = StagingFolder(flags.semi_persist_dir)};
}

// By the flags that workers of Beam's Go SDK know, and no others.
[[noreturn]] void BecomeWorker(const std::string& program, const WorkerFlags& flags) {
  std::vector<std::string> arguments = {"--worker=true", "--id=" + flags.id,
                                        "--logging_endpoint=" + flags.logging_endpoint,
                                        "--control_endpoint=" + flags.control_endpoint};
  if (!flags.semi_persist_dir.empty()) arguments.push_back("--semi_persist_dir=" + flags.semi_persist_dir);
  BecomeProgram(program, arguments);
}

// Those that this worker is to start: none, where it is one of them.
std::vector<WorkerRequest> SiblingsToStart(const ProvisionInfo& info, const WorkerFlags& flags) {
  std::vector<WorkerRequest> siblings;
  for (const std::string& id : info.sibling_worker_ids()) {
    if (id == flags.id) return {};
    siblings.push_back({.id = id,
                        .control_endpoint = flags.control_endpoint,
                        .logging_endpoint = flags.logging_endpoint,
                        .artifact_endpoint = flags.artifact_endpoint,
                        .provision_endpoint = {},
                        .params = {},
                        .semi_persist_dir = flags.semi_persist_dir});
  }
  return siblings;
}

extern "C" void EndAtOnce(int signal) { _exit(128 + signal); }

// Who asks a worker to end has no use for what it is at: engines give its bundles to others, and no file is left half
// written. A handler of our own, as the first process of a container has no other that ends it.
void EndAtOnceWhenAsked() {
  for (const int signal : {SIGTERM, SIGINT}) {
    struct sigaction action{};
    action.sa_handler = &EndAtOnce;
    sigaction(signal, &action, nullptr);
  }
}

void CheckFlags(const WorkerFlags& flags) {
  if (flags.id.empty()) throw UsageError("a worker needs --id, by which its engine knows it");
  if (flags.provision_endpoint.empty() && flags.control_endpoint.empty()) {
    throw UsageError("a worker needs --provision_endpoint, or --control_endpoint: HOST:PORT of its engine");
  }
}

Provisions FindProvisions(const WorkerFlags& flags) {
  if (flags.provision_endpoint.empty()) {
    if (std::optional<Provisions> left = FindLeftProvisions()) return *std::move(left);
  }
  return {.info = AskForProvisions(flags.id, flags.provision_endpoint), .by = ToldBy::kEngine};
}

void Run(const ProvisionInfo& info, const WorkerFlags& flags) {
  HarnessOptions options{.id = flags.id, .control = flags.control_endpoint};
  TakeProvisions(info, options);
  Harness harness(options);
  const std::vector<WorkerRequest> others = SiblingsToStart(info, flags);
  if (!others.empty()) LeaveProvisions(info);
  Siblings siblings(others, [&harness] { harness.Stop(); });
  harness.Run();
  siblings.Wait();
}

void Work(WorkerFlags flags) {
  Provisions provisions = FindProvisions(flags);
  ProvisionInfo& info = provisions.info;
  TakeAddresses(info, flags);
  if (flags.control_endpoint.empty()) throw Error("the engine gives no address of its control service");
  TakeOptions(info);
  std::optional<LogStream> log;
  if (!flags.logging_endpoint.empty()) log.emplace(flags.logging_endpoint, flags.id);
  try {
    const StagingPlace place = PlaceOf(flags);
    if (provisions.by == ToldBy::kEngine) {
      if (const std::string program = FetchProgram(place, info.dependencies()); !program.empty()) {
        LeaveProvisions(info);
        log.reset();
        BecomeWorker(program, flags);
      }
    }
    if (provisions.by == ToldBy::kAnotherBoot) UseFilesIn(flags.semi_persist_dir + "/staged");
    FetchFiles(place, info.dependencies());
    Run(info, flags);
  } catch (const std::exception& error) {
    LogError(std::string("the worker ends: ") + error.what());
    throw;
  }
}

}  // namespace

bool IsWorkerCommand(std::string_view program, const std::vector<std::string>& arguments) {
  if (program == "boot") return true;
  if (!arguments.empty() && (arguments.front() == "--worker" || arguments.front() == "--worker=true")) return true;
  bool has_id = false;
  bool has_endpoint = false;
  for (const std::string_view argument : arguments) {
    has_id |= argument.starts_with("--id=");
    has_endpoint |= argument.starts_with("--provision_endpoint=") || argument.starts_with("--control_endpoint=");
  }
  return has_id && has_endpoint;
}

WorkerFlags ParseWorkerFlags(const std::vector<std::string>& arguments) {
  WorkerFlags flags;
  const std::pair<std::string_view, std::string*> known[] = {{"id", &flags.id},
                                                             {"provision_endpoint", &flags.provision_endpoint},
                                                             {"control_endpoint", &flags.control_endpoint},
                                                             {"logging_endpoint", &flags.logging_endpoint},
                                                             {"artifact_endpoint", &flags.artifact_endpoint},
                                                             {"semi_persist_dir", &flags.semi_persist_dir}};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    for (int dashes = 0; dashes < 2 && argument.starts_with('-'); ++dashes) argument.remove_prefix(1);
    for (const auto& [name, value] : known) {
      if (!argument.starts_with(name)) continue;
      const std::string_view rest = argument.substr(name.size());
      if (rest.starts_with('=')) *value = Unquoted(std::string(rest.substr(1)));
      if (rest.empty() && i + 1 < arguments.size()) *value = Unquoted(arguments[++i]);
      break;
    }
  }
  return flags;
}

int RunWorker(const std::vector<std::string>& arguments) {
  EndAtOnceWhenAsked();
  SetMayEndBehindAnyBundle(true);
  const WorkerFlags flags = ParseWorkerFlags(arguments);
  return ExitCodeOf(flags.id.empty() ? "worker" : "worker " + flags.id, [&] {
    CheckFlags(flags);
    Work(flags);
    return kExitDone;
  });
}

}  // namespace beam
