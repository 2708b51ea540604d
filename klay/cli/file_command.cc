#include "klay/cli/file_command.h"

#include <cstdio>
#include <ctime>
#include <exception>
#include <string_view>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/glob.h"
#include "beam/io/path_text.h"
#include "beam/runners/interrupt.h"
#include "beam/runners/main.h"
#include "beam/runners/refused_flags.h"
#include "beam/runners/storage_options.h"
#include "klay/jobs/printable.h"

namespace klay {
namespace {

using beam::internal::Quoted;

enum ExitCode { kAllDone = 0, kFailed = 1, kUsage = 2, kSomeFailed = 3, kSignalled = 128 };

}  // namespace

FileCommand::FileCommand(std::string program, const std::string& summary, const std::string& usage)
    : program_(std::move(program)), flags_(program_, summary) {
  flags_.TakeOperands(usage, operands_);
}

int FileCommand::Run(const std::vector<std::string>& arguments,
                     const std::function<void(const std::vector<std::string>&)>& run) {
  beam::StorageOptions storage;
  flags_.Add("Options of stores", storage);
  beam::RefuseFlagsOfOtherSdks(flags_);
  try {
    if (flags_.Parse(arguments)) {
      beam::UseStorage(storage);
      if (operands_.empty()) throw beam::UsageError("give it a path; see " + program_ + " --help");
      run(operands_);
    } else {
      std::fputs(flags_.Help().c_str(), stdout);
    }
    beam::internal::FlushOutput();
  } catch (const beam::Cancelled&) {
    return kSignalled + beam::InterruptScope::Signal();
  } catch (const beam::UsageError& error) {
    Failed(error.what());
    return kUsage;
  } catch (const std::exception& error) {
    Failed(error.what());
    return kFailed;
  }
  return some_failed_ ? kSomeFailed : kAllDone;
}

void FileCommand::Failed(const std::string& sentence) {
  some_failed_ = true;
  std::fprintf(stderr, "%s: %s\n", program_.c_str(), Printable(sentence).c_str());
}

Operand FileCommand::Resolve(const std::string& operand) {
  Operand result{.text = operand};
  result.status = beam::FileSystemFor(operand)->Status(operand);
  if (!result.status && !beam::Glob(operand).has_wildcard()) {
    throw beam::UsageError("there is nothing at " + Quoted(operand) + ": check the path");
  }
  return result;
}

void FileCommand::ForEachFile(const Operand& operand, const std::function<void(const beam::FileMetadata&)>& each) {
  if (operand.status) {
    if (operand.status->kind == beam::FileKind::kDirectory) {
      throw beam::UsageError(Quoted(operand.text) + " is a folder: name files, such as "
                             + Quoted(WithSlash(operand.text) + "*"));
    }
    return each(operand.status->metadata);
  }
  beam::MatchCursor cursor(operand.text, {}, beam::EmptyMatchTreatment::kAllow);
  bool found = false;
  while (const std::optional<beam::FileMetadata> file = cursor.Next()) {
    found = true;
    each(*file);
  }
  if (!found) throw beam::UsageError("no file matches " + Quoted(operand.text) + ": check the pattern");
}

std::string TimeText(double seconds_since_1970) {
  if (seconds_since_1970 == 0) return "-";
  const auto seconds = static_cast<std::time_t>(seconds_since_1970);
  std::tm time{};
  char text[64] = "-";
  if (::gmtime_r(&seconds, &time) != nullptr) std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &time);
  return text;
}

std::string WithSlash(const std::string& folder) {
  return folder.empty() || folder.ends_with('/') ? folder : folder + '/';
}

}  // namespace klay
