#include "klay/jobs/inputs.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/file_systems.h"
#include "beam/io/glob.h"
#include "beam/io/match_files.h"
#include "beam/io/path_text.h"
#include "beam/model/output.h"
#include "beam/transforms/par_do.h"

namespace klay {
namespace {

using beam::internal::Quoted;

// How many files are looked at to find a better suffix.
constexpr int kMostLookedAt = 100'000;

std::string WithSlash(const std::string& folder) { return folder.ends_with('/') ? folder : folder + '/'; }

bool EndsWithIgnoringCase(std::string_view path, std::string_view suffix) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  if (path.size() < suffix.size()) return false;
  path.remove_prefix(path.size() - suffix.size());
  for (std::size_t i = 0; i < suffix.size(); ++i) {
    if (lower(path[i]) != lower(suffix[i])) return false;
  }
  return true;
}

struct CountInputs {
  void ProcessElement(beam::FileMetadata file, beam::Output<beam::FileMetadata> out) const {
    files_matched.Inc();
    bytes_matched.Inc(file.size_in_bytes);
    out.Emit(std::move(file));
  }
};

}  // namespace

beam::PCollection<beam::FileMetadata> MatchInputs(beam::Pipeline& p, const std::string& folder,
                                                  const std::string& suffix) {
  return p
      | beam::MatchFiles("Match", InputPattern(folder, suffix), beam::EmptyMatchTreatment::kAllow)
      | beam::ParDo("Count Inputs", CountInputs{});
}

bool IsLocal(const std::string& path) {
  const std::string scheme = beam::internal::SchemeOf(path);
  return scheme.empty() || scheme == "file";
}

void CheckSeenByAll(const std::vector<PathFlag>& paths) {
  for (const PathFlag& given : paths) {
    if (given.path.empty() || !IsLocal(given.path)) continue;
    throw beam::UsageError(std::string(given.flag) + " " + Quoted(given.path)
                           + " is on this machine, where the workers of --runner Dataflow cannot see it: give a path in "
                             "a store, such as gs://BUCKET/FOLDER (\"klay-beam cp\" copies files there)");
  }
}

void CheckFolder(const std::string& flag, const std::string& folder) {
  if (folder.empty()) throw beam::UsageError(flag + " is empty: give the folder with the audio files");
  const std::string given = flag + " " + Quoted(folder);
  try {
    const std::shared_ptr<beam::FileSystem> files = beam::FileSystemFor(folder);
    if (!IsLocal(folder)) return;
    const std::optional<beam::FileStatus> status = files->Status(folder);
    if (!status) {
      if (beam::Glob(folder).has_wildcard()) return;
      throw beam::UsageError(given + " does not exist: give the folder with the audio files");
    }
    if (status->kind != beam::FileKind::kDirectory) {
      throw beam::UsageError(given + " is not a folder: give the folder that the file is in");
    }
    beam::FileMetadata entry;
    files->List(WithSlash(folder), {.recursive = false, .start_after = {}, .keep = {}, .descend = {}})->Next(entry);
  } catch (const beam::UsageError&) {
    throw;
  } catch (const beam::Error& error) {
    throw beam::UsageError(given + " cannot be used: " + error.what());
  }
}

std::string NormalizedSuffix(const std::string& suffix) {
  return suffix.empty() || suffix.find('.') != std::string::npos ? suffix : '.' + suffix;
}

bool IsPattern(const std::string& folder) {
  return beam::Glob(folder).has_wildcard() && (!IsLocal(folder) || !beam::FileSystemFor(folder)->Status(folder));
}

std::string InputPattern(const std::string& folder, const std::string& suffix) {
  const bool is_pattern = !IsLocal(folder) || !beam::FileSystemFor(folder)->Status(folder);
  return WithSlash(is_pattern ? folder : beam::Glob::Escape(folder)) + "**"
      + beam::Glob::Escape(NormalizedSuffix(suffix));
}

std::string NothingMatched(const InputFlags& flags, const std::string& folder, const std::string& suffix) {
  const std::string wanted = NormalizedSuffix(suffix);
  if (wanted.empty()) return "there are no files below " + Quoted(folder) + ": check " + flags.folder;
  std::string text = "no file below " + Quoted(folder) + " ends in " + Quoted(wanted) + ": ";
  std::int64_t others = 0;
  try {
    const auto listing = beam::FileSystemFor(folder)->List(WithSlash(folder), {});
    for (beam::FileMetadata file; others < kMostLookedAt && listing->Next(file); ++others) {
      if (EndsWithIgnoringCase(file.path, wanted)) {
        const std::string there = file.path.substr(file.path.size() - wanted.size());
        return text + "there are files in " + Quoted(there) + ", and letter case counts; give that as " + flags.suffix;
      }
    }
  } catch (const beam::Error&) {
    // The folder is a pattern, or has just become unreadable; then there is nothing more to say about it.
  }
  if (others == 0) return text + "there are no files at all; check " + flags.folder;
  return text + "there are only others; check " + flags.folder + " and " + flags.suffix;
}

}  // namespace klay
