#include "beam/harness/worker_main.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "beam/base/error.h"
#include "beam/base/exit_code.h"
#include "beam/base/log.h"
#include "beam/base/memory_budget.h"
#include "beam/harness/harness.h"
#include "beam/harness/log_stream.h"
#include "beam/harness/provision.h"
#include "beam/harness/staged_program.h"
#include "beam/harness/worker_options.h"
#include "beam/io/file_systems.h"
#include "beam/io/hdfs_file_system.h"

namespace beam {

namespace {

// Tells a program that was fetched from one that the engine started.
constexpr const char* kIsStaged = "--worker_is_staged";

std::string Unquoted(std::string text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') return text.substr(1, text.size() - 2);
  return text;
}

void TakeAddresses(const ProvisionInfo& info, WorkerFlags& flags) {
  const auto take = [](std::string& endpoint, const std::string& told) {
    if (!told.empty()) endpoint = told;
  };
  take(flags.control_endpoint, info.control_endpoint().url());
  take(flags.logging_endpoint, info.logging_endpoint().url());
  take(flags.artifact_endpoint, info.artifact_endpoint().url());
}

void TakeOptions(const ProvisionInfo& info) {
  const WorkerOptions options = ReadWorkerOptions(info.pipeline_options());
  if (options.log_level) SetLogLevel(*options.log_level);
  if (options.max_memory_bytes) MemoryBudget::Process().SetLimit(*options.max_memory_bytes);
  if (!options.hdfs.host.empty()) RegisterFileSystem("hdfs", std::make_shared<HdfsFileSystem>(options.hdfs));
  RegisterObjectStores(options.objects);
}

bool IsStaged(const std::vector<std::string>& arguments) {
  return std::find(arguments.begin(), arguments.end(), kIsStaged) != arguments.end();
}

StagingPlace PlaceOf(const WorkerFlags& flags) {
  StagingPlace place{.endpoint = flags.artifact_endpoint, .worker_id = flags.id, .folder = flags.semi_persist_dir};
  if (place.folder.empty()) place.folder = DefaultStagingFolder();
  return place;
}

[[noreturn]] void BecomeWorker(const std::string& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "--worker");
  arguments.emplace_back(kIsStaged);
  BecomeProgram(program, arguments);
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

void Work(const std::vector<std::string>& arguments, WorkerFlags flags) {
  const ProvisionInfo info = AskForProvisions(flags.id, flags.provision_endpoint);
  TakeAddresses(info, flags);
  if (flags.control_endpoint.empty()) throw Error("the engine gives no address of its control service");
  TakeOptions(info);
  std::optional<LogStream> log;
  if (!flags.logging_endpoint.empty()) log.emplace(flags.logging_endpoint, flags.id);
  try {
    const StagingPlace place = PlaceOf(flags);
    if (!IsStaged(arguments)) {
      if (const std::string program = FetchProgram(place, info.dependencies()); !program.empty()) {
        log.reset();
        BecomeWorker(program, arguments);
      }
    }
    FetchFiles(place, info.dependencies());
    HarnessOptions options{.id = flags.id, .control = flags.control_endpoint};
    TakeProvisions(info, options);
    Harness(options).Run();
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
  const WorkerFlags flags = ParseWorkerFlags(arguments);
  return ExitCodeOf(flags.id.empty() ? "worker" : "worker " + flags.id, [&] {
    CheckFlags(flags);
    Work(arguments, flags);
    return kExitDone;
  });
}

}  // namespace beam
