// What ls, stat, cat and cp share: their command lines, what an operand means, what is said of errors.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "beam/io/file_system.h"
#include "beam/io/file_systems.h"
#include "beam/io/match_cursor.h"
#include "beam/runners/options_set.h"

namespace klay {

// What an operand means.
struct Operand {
  std::string text;
  std::optional<beam::FileStatus> status = {};  // of what has just that name; nothing where it is a pattern
};

// One of the commands. One thread.
class FileCommand {
 public:
  FileCommand(std::string program, const std::string& summary, const std::string& usage);

  beam::FlagSet& flags() { return flags_; }

  // Parses the command line and calls `run` with its operands. Returns the exit code: an operand that names nothing is
  // the user's mistake, an Error of `run` the command's end; what went to Failed() is the rest's.
  int Run(const std::vector<std::string>& arguments, const std::function<void(const std::vector<std::string>&)>& run);

  // Looks it up. Throws UsageError if there is nothing by that name, and it is no pattern. An object store's bucket or
  // folder without files is nothing.
  static Operand Resolve(const std::string& operand);

  // Calls `each` with every file that the operand means, itself or those that match. Throws UsageError if there is
  // none.
  static void ForEachFile(const Operand& operand, const std::function<void(const beam::FileMetadata&)>& each);

  // Says on standard error what went wrong with one of the files.
  void Failed(const std::string& sentence);

 private:
  const std::string program_;
  beam::FlagSet flags_;
  std::vector<std::string> operands_;
  bool some_failed_ = false;
};

// "2026-11-26 11:04:30", UTC; "-" where the store does not tell.
std::string TimeText(double seconds_since_1970);

std::string WithSlash(const std::string& folder);

}  // namespace klay
