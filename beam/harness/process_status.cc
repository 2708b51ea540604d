#include "beam/harness/process_status.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>
#include <system_error>

#include "beam/base/memory_budget.h"
#include "beam/portable/program_id.h"

namespace beam {
namespace {

// The value of a field of /proc/self/status, as it stands there.
std::string Field(std::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ':') continue;
    const std::size_t begin = line.find_first_not_of(" \t", name.size() + 1);
    return begin == std::string::npos ? std::string() : line.substr(begin);
  }
  return "?";
}

// The names of threads, each with how many have it.
std::string ThreadNames() {
  std::map<std::string, int> names;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::ifstream file(task.path() / "comm");
    std::string name;
    // A thread may have ended meanwhile.
    if (std::getline(file, name)) ++names[name];
  }
  std::string text;
  for (const auto& [name, count] : names) {
    text.append(text.empty() ? "" : ", ").append(std::to_string(count)).append(" ").append(name);
  }
  return text;
}

}  // namespace

std::string DescribeProcess() {
  const MemoryBudget& budget = MemoryBudget::Process();
  return "build: " + ProgramId() + "\nmemory: " + Field("VmRSS") + " resident, at most " + Field("VmHWM") + "; "
      + std::to_string(budget.used()) + " of " + std::to_string(budget.limit())
      + " bytes admitted for decoded data\nthreads: " + Field("Threads") + " (" + ThreadNames() + ")\n";
}

}  // namespace beam
