#include <cstdio>

#include "beam/base/error.h"
#include "beam/io/glob.h"
#include "beam/io/path_text.h"
#include "beam/io/request_counts.h"
#include "klay/cli/copy_files.h"
#include "klay/cli/file_command.h"
#include "klay/cli/file_commands.h"

namespace klay {
namespace {

using beam::internal::Quoted;

struct CpOptions {
  beam::Flag<bool, "of folders, copy all files below, each to its place in TARGET"> recursive;
  beam::Flag<bool, "copy also what is there already, of the same size and not older"> overwrite;
  beam::Flag<bool, "read each copy back and compare it with what was written"> verify;
  beam::Flag<int, "how many files are copied at a time"> threads = CopySettings{}.threads;

  void Validate() const {
    if (threads < 1 || threads > 1024) throw beam::UsageError("--threads must be from 1 to 1024");
  }
};

std::size_t FolderSize(std::string_view path) { return path.rfind('/') + 1; }

bool IsFolder(const std::string& path) {
  if (path.ends_with('/')) return true;
  const std::optional<beam::FileStatus> status = beam::FileSystemFor(path)->Status(path);
  return status && status->kind == beam::FileKind::kDirectory;
}

void Add(CopyCounts& sum, const CopyCounts& counts) {
  sum.done += counts.done;
  sum.skipped += counts.skipped;
  sum.failed += counts.failed;
  sum.bytes += counts.bytes;
}

class Cp {
 public:
  Cp(FileCommand& command, const CpOptions& options, std::string target)
      : command_(command),
        settings_{.threads = options.threads, .overwrite = options.overwrite, .verify = options.verify},
        recursive_(options.recursive),
        target_(std::move(target)),
        target_is_folder_(IsFolder(target_)) {}

  void Copy(const Operand& source) {
    if (!source.status) return CopyMatches(source.text);
    if (source.status->kind == beam::FileKind::kDirectory) return CopyFolder(WithSlash(source.text));
    CopyOne(source.status->metadata);
  }

  const CopyCounts& counts() const { return counts_; }

  void RequireFolder(const std::string& why) const {
    if (!target_is_folder_) {
      throw beam::UsageError(why + ", so the target " + Quoted(target_) + " must be a folder: end it with '/'");
    }
  }

 private:
  void CopyOne(const beam::FileMetadata& file) {
    const std::string target =
        target_is_folder_ ? WithSlash(target_) + file.path.substr(FolderSize(file.path)) : target_;
    if (!settings_.overwrite) {
      const std::optional<beam::FileStatus> there = beam::FileSystemFor(target)->Status(target);
      if (there && IsCopied(file, there->metadata)) {
        ++counts_.skipped;
        return;
      }
    }
    CopyFile(file, target, settings_.verify);
    ++counts_.done;
    counts_.bytes += file.size_in_bytes;
  }

  void CopyFolder(const std::string& folder) {
    if (!recursive_) throw beam::UsageError(Quoted(folder) + " is a folder: --recursive copies what is in it");
    const auto listing = beam::FileSystemFor(folder)->List(folder, {});
    CopyAll([&](beam::FileMetadata& file) { return listing->Next(file); }, folder.size());
  }

  void CopyMatches(const std::string& pattern) {
    RequireFolder("several files may match " + Quoted(pattern));
    beam::MatchCursor cursor(pattern, {}, beam::EmptyMatchTreatment::kAllow);
    bool found = false;
    const auto next = [&](beam::FileMetadata& file) {
      std::optional<beam::FileMetadata> match = cursor.Next();
      if (!match) return false;
      found = true;
      file = std::move(*match);
      return true;
    };
    CopyAll(next, FolderSize(beam::Glob(pattern).literal_prefix()));
    if (!found) throw beam::UsageError("no file matches " + Quoted(pattern) + ": check the pattern");
  }

  void CopyAll(const std::function<bool(beam::FileMetadata&)>& next, std::size_t prefix_size) {
    Add(counts_, CopyFiles(next, prefix_size, WithSlash(target_), settings_, [&](const std::string& sentence) {
          command_.Failed(sentence);
        }));
  }

  FileCommand& command_;
  const CopySettings settings_;
  const bool recursive_;
  const std::string target_;
  const bool target_is_folder_;
  CopyCounts counts_;
};

}  // namespace

int RunCp(const std::string& program, const std::string& summary, const std::vector<std::string>& arguments) {
  CpOptions options;
  FileCommand command(program, summary, "SOURCE ... TARGET");
  command.flags().Add("Options", options);
  return command.Run(arguments, [&](const std::vector<std::string>& operands) {
    if (operands.size() < 2) throw beam::UsageError("give it what to copy and where to: SOURCE ... TARGET");
    Cp cp(command, options, operands.back());
    if (operands.size() > 2) cp.RequireFolder("there are several sources");
    for (std::size_t i = 0; i + 1 < operands.size(); ++i) cp.Copy(FileCommand::Resolve(operands[i]));
    const CopyCounts& counts = cp.counts();
    std::printf("%lld files: %lld copied (%lld bytes), %lld skipped, %lld failed\n",
                static_cast<long long>(counts.done + counts.skipped + counts.failed),
                static_cast<long long>(counts.done), static_cast<long long>(counts.bytes),
                static_cast<long long>(counts.skipped), static_cast<long long>(counts.failed));
    std::fputs(beam::RequestsText(beam::RequestsOf(beam::MetricResults())).c_str(), stdout);
  });
}

}  // namespace klay
