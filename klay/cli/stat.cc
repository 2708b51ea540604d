#include <cstdio>

#include "klay/cli/file_command.h"
#include "klay/cli/file_commands.h"
#include "klay/jobs/printable.h"

namespace klay {
namespace {

const char* NameOf(beam::FileKind kind) {
  switch (kind) {
    case beam::FileKind::kFile: return "file";
    case beam::FileKind::kDirectory: return "folder";
    case beam::FileKind::kOther: break;
  }
  return "neither file nor folder";
}

void Print(const beam::FileStatus& status) {
  const beam::FileMetadata& metadata = status.metadata;
  std::printf("path:          %s\nkind:          %s\n", Printable(metadata.path).c_str(), NameOf(status.kind));
  if (status.kind == beam::FileKind::kFile)
    std::printf("size:          %lld\n", static_cast<long long>(metadata.size_in_bytes));
  std::printf("last updated:  %s\n", TimeText(metadata.last_updated_in_seconds).c_str());
}

}  // namespace

int RunStat(const std::string& program, const std::string& summary, const std::vector<std::string>& arguments) {
  FileCommand command(program, summary, "PATH ...");
  return command.Run(arguments, [](const std::vector<std::string>& operands) {
    for (const std::string& text : operands) {
      const Operand operand = FileCommand::Resolve(text);
      if (operand.status) {
        Print(*operand.status);
        continue;
      }
      FileCommand::ForEachFile(operand, [](const beam::FileMetadata& file) {
        // A listing does not say of what kind an entry is.
        if (const auto status = beam::FileSystemFor(file.path)->Status(file.path)) Print(*status);
      });
    }
  });
}

}  // namespace klay
