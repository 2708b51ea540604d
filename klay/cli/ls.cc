#include <cstdio>

#include "klay/cli/file_command.h"
#include "klay/cli/file_commands.h"
#include "klay/jobs/printable.h"

namespace klay {
namespace {

struct LsOptions {
  beam::Flag<bool, "of folders, all files below; without it, the files and folders in them"> recursive;
  beam::Flag<bool, "print paths alone, to the byte, one a line"> paths;
};

void Print(const LsOptions& options, const beam::FileMetadata& entry) {
  if (options.paths) {
    std::fwrite(entry.path.data(), 1, entry.path.size(), stdout);
    std::fputc('\n', stdout);
    return;
  }
  const bool is_folder = entry.path.ends_with('/');
  const std::string size = is_folder ? "-" : std::to_string(entry.size_in_bytes);
  const std::string time = is_folder ? "-" : TimeText(entry.last_updated_in_seconds);
  std::printf("%14s  %-19s  %s\n", size.c_str(), time.c_str(), Printable(entry.path).c_str());
}

void List(const Operand& operand, const LsOptions& options) {
  const auto print = [&](const beam::FileMetadata& entry) { Print(options, entry); };
  if (!operand.status || operand.status->kind != beam::FileKind::kDirectory) {
    return FileCommand::ForEachFile(operand, print);
  }
  beam::ListOptions list;
  list.recursive = options.recursive;
  const auto listing = beam::FileSystemFor(operand.text)->List(WithSlash(operand.text), list);
  for (beam::FileMetadata entry; listing->Next(entry);) print(entry);
}

}  // namespace

int RunLs(const std::string& program, const std::string& summary, const std::vector<std::string>& arguments) {
  LsOptions options;
  FileCommand command(program, summary, "PATH ...");
  command.flags().Add("Options", options);
  return command.Run(arguments, [&](const std::vector<std::string>& operands) {
    for (const std::string& operand : operands) List(FileCommand::Resolve(operand), options);
  });
}

}  // namespace klay
