#include "klay/transforms/match_manifest.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "beam/base/cancel.h"
#include "beam/base/error.h"
#include "beam/io/file_systems.h"
#include "beam/io/glob.h"
#include "beam/io/match_cursor.h"
#include "beam/io/readable_file.h"
#include "beam/transforms/create.h"
#include "beam/transforms/par_do.h"
#include "beam/transforms/reshuffle.h"
#include "klay/feature/json.h"
#include "klay/transforms/step.h"

namespace klay {
namespace {

// A listing brings a thousand names at a time, so that from so many names on it is cheaper even where most of a folder
// is not wanted.
constexpr std::size_t kNamesWorthAListing = 16;

// What one element of the second step is to look for: files of one folder, or one pattern.
struct ManifestPart {
  std::string folder;              // with its slash; empty for paths that have none
  std::vector<std::string> names;  // below it
  bool is_pattern = false;         // the only name; the folder is none
};

void AppendNames(const nlohmann::ordered_json& list, const std::string& what, std::vector<std::string>& names) {
  if (!list.is_array()) throw beam::UsageError(what + " is not a list of names");
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is_string())
      throw beam::UsageError(what + " has an entry that is no name, after " + std::to_string(i));
    names.push_back(list[i].get<std::string>());
  }
}

std::vector<std::string> ReadNames(const std::string& manifest) {
  const std::string what = "the manifest '" + manifest + "'";
  nlohmann::ordered_json json;
  try {
    json = ReadJson(*beam::ReadableFile{{manifest, 0, 0}}.Open());
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const beam::Error& error) {
    throw beam::UsageError(what + " cannot be read: " + error.what());
  }
  std::vector<std::string> names;
  if (!json.is_object()) {
    AppendNames(json, what, names);
    return names;
  }
  for (const auto& [key, list] : json.items()) {
    std::string place = "'";
    place.append(key).append("' in ").append(what);
    AppendNames(list, place, names);
  }
  return names;
}

struct ReadManifest {
  std::string base;  // empty, or with its slash
  bool patterns = false;

  void ProcessElement(const std::string& manifest, beam::Output<ManifestPart> parts) const {
    std::map<std::string, ManifestPart> by_folder;
    for (const std::string& name : ReadNames(manifest)) {
      if (patterns && beam::Glob(name).has_wildcard()) {
        parts.Emit({base, {name}, true});
        continue;
      }
      const std::string path = base + name;
      const std::size_t slash = path.rfind('/');
      const std::size_t folder_size = slash == std::string::npos ? 0 : slash + 1;
      by_folder[path.substr(0, folder_size)].names.push_back(path.substr(folder_size));
    }
    for (auto& [folder, part] : by_folder) {
      part.folder = folder;
      parts.Emit(std::move(part));
    }
  }
};

using Files = beam::Output<beam::FileMetadata, "files">;
using Missing = beam::Output<Failure, "missing">;

// The entries of a listing among `names`, which are sorted; by their names.
std::map<std::string, beam::FileMetadata> ListNamed(const std::string& folder, const std::vector<std::string>& names) {
  beam::ListOptions options;
  options.recursive = false;
  options.keep = [&](std::string_view path) {
    return std::binary_search(names.begin(), names.end(), path.substr(folder.size()));
  };
  std::map<std::string, beam::FileMetadata> found;
  const auto listing = beam::FileSystemFor(folder)->List(folder, options);
  for (beam::FileMetadata file; listing->Next(file);) {
    std::string name = file.path.substr(folder.size());
    found.emplace(std::move(name), file);
  }
  return found;
}

std::optional<beam::FileMetadata> StatusOf(const std::string& path) {
  beam::ThrowIfCancelled();
  const std::optional<beam::FileStatus> status = beam::FileSystemFor(path)->Status(path);
  if (!status || status->kind == beam::FileKind::kDirectory) return std::nullopt;
  return status->metadata;
}

struct LookForNames {
  void ProcessElement(const ManifestPart& part, Files files, Missing missing) const {
    if (part.is_pattern) {
      Match(part, files, missing);
    } else {
      LookUp(part, files, missing);
    }
  }

 private:
  static void LookUp(const ManifestPart& part, const Files& files, const Missing& missing) {
    std::vector<std::string> sorted = part.names;
    std::ranges::sort(sorted);
    sorted.erase(std::ranges::unique(sorted).begin(), sorted.end());
    const bool lists = sorted.size() >= kNamesWorthAListing;
    std::map<std::string, beam::FileMetadata> listed;
    std::string trouble;
    if (lists) {
      try {
        listed = ListNamed(part.folder, sorted);
      } catch (const beam::Cancelled&) {
        throw;
      } catch (const beam::Error& error) {
        trouble = error.what();
      }
    }
    for (const std::string& name : part.names) {
      const std::string path = part.folder + name;
      std::optional<beam::FileMetadata> file;
      const bool looked = internal::Try(path, missing, [&] {
        if (!trouble.empty()) throw beam::Error(trouble);
        if (!lists) {
          file = StatusOf(path);
        } else if (const auto found = listed.find(name); found != listed.end()) {
          file = found->second;
        }
        if (!file) throw beam::Error("there is no file of this name");
      });
      if (looked) files.Emit(*std::move(file));
    }
  }

  static void Match(const ManifestPart& part, const Files& files, const Missing& missing) {
    const std::string& name = part.names.front();
    std::optional<beam::MatchCursor> cursor;
    std::optional<beam::FileMetadata> match;
    const auto next = [&] {
      if (!cursor) cursor.emplace(beam::Glob::Escape(part.folder) + name, "", beam::EmptyMatchTreatment::kDisallow);
      match = cursor->Next();
    };
    while (internal::Try(part.folder + name, missing, next) && match) files.Emit(std::exchange(*match, {}));
  }
};

}  // namespace

std::tuple<beam::PCollection<beam::FileMetadata>, beam::PCollection<Failure>> MatchManifest::Expand(
    beam::Pipeline& pipeline) const {
  const bool needs_slash = !base_folder.empty() && !base_folder.ends_with('/');
  return pipeline
      | beam::Create("Manifest", std::vector<std::string>{manifest})
      | beam::ParDo("Read Manifest", ReadManifest{needs_slash ? base_folder + '/' : base_folder, patterns})
      | beam::Reshuffle()
      | beam::ParDo("Look for Names", LookForNames{});
}

}  // namespace klay
