#include <cerrno>
#include <cstdio>
#include <cstring>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "klay/cli/file_command.h"
#include "klay/cli/file_commands.h"

namespace klay {
namespace {

// Returns whether there is somebody left to read it.
bool Print(const std::string& path) {
  const std::unique_ptr<beam::ByteSource> source = beam::FileSystemFor(path)->OpenRead(path);
  std::string block(std::size_t{256} << 10, '\0');
  while (const std::size_t size = source->Read(block.data(), block.size())) {
    beam::ThrowIfCancelled();
    if (std::fwrite(block.data(), 1, size, stdout) == size) continue;
    if (errno == EPIPE) return false;
    throw beam::Error(std::string("cannot write to standard output: ") + std::strerror(errno));
  }
  return true;
}

}  // namespace

int RunCat(const std::string& program, const std::string& summary, const std::vector<std::string>& arguments) {
  FileCommand command(program, summary, "FILE ...");
  return command.Run(arguments, [&](const std::vector<std::string>& operands) {
    bool is_read = true;
    for (const std::string& operand : operands) {
      FileCommand::ForEachFile(FileCommand::Resolve(operand), [&](const beam::FileMetadata& file) {
        try {
          if (is_read) is_read = Print(file.path);
        } catch (const beam::Cancelled&) {
          throw;
        } catch (const beam::Error& error) {
          command.Failed(error.what());
        }
      });
    }
  });
}

}  // namespace klay
