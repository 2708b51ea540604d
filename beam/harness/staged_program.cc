#include "beam/harness/staged_program.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "beam/base/error.h"
#include "beam/base/staged_files.h"
#include "beam/harness/artifact_fetch.h"
#include "beam/harness/staged_folder.h"
#include "beam/portable/artifact.h"
#include "beam/portable/sha256.h"

namespace beam {
namespace {

// What the next job is likely to fetch again is kept for it.
constexpr std::chrono::hours kUnusedFor{24};

std::string StagedFolder(const std::string& folder) { return folder + "/staged"; }

bool IsProgram(const Artifacts::value_type& artifact) { return StagedName(artifact) == kStagedProgram; }

// Only its owner may write there: what lies in it is run.
void MakePrivateFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (error) throw Error("cannot make the folder " + path + ": " + error.message());
  struct stat status{};
  if ((mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) || lstat(path.c_str(), &status) != 0) {
    throw Error("cannot make the folder " + path + ": " + std::strerror(errno));
  }
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw Error("the folder " + path + " could be written to by other users: remove it, or name another one by "
                "--semi_persist_dir");
  }
}

// Fetches `artifacts` into the folder that belongs to exactly these.
std::vector<std::string> Fetch(const StagingPlace& place, const Artifacts& artifacts) {
  if (place.endpoint.empty()) throw Error("the engine gives no address of its artifact service");
  Sha256 digest;
  for (const auto& artifact : artifacts) {
    const std::string contents = DigestOf(artifact);
    const std::string& identity = contents.empty() ? artifact.type_payload() : contents;
    for (const std::string& part : {StagedName(artifact), identity}) {
      digest.Update(std::to_string(part.size()) + " " + part);
    }
  }
  const std::string staged = StagedFolder(place.folder);
  MakePrivateFolder(staged);
  RemoveUnusedParts(staged, kUnusedFor);
  return FetchArtifacts(place.endpoint, place.worker_id, artifacts, HoldStagedPart(staged, digest.HexDigest()));
}

// A copy of the file in memory, which no mount forbids to run; -1 if there cannot be one. Its process becomes another
// one or ends, so nothing is closed.
int CopyToMemory(const std::string& path) {
  const int from = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const int to = memfd_create("worker", MFD_CLOEXEC);
  struct stat status{};
  if (from < 0 || to < 0 || fstat(from, &status) != 0) return -1;
  for (off_t copied = 0; copied < status.st_size;) {
    const ssize_t count = sendfile(to, from, nullptr, static_cast<std::size_t>(status.st_size - copied));
    if (count <= 0) return -1;
    copied += count;
  }
  return to;
}

}  // namespace

// The folder for such things may belong to all users.
std::string StagingFolder(const std::string& semi_persist_dir) {
  return (semi_persist_dir.empty() ? "/tmp" : semi_persist_dir) + "/beam-worker-" + std::to_string(geteuid());
}

void RemoveUnusedFiles() { RemoveUnusedParts(StagedFolder(StagingFolder()), std::chrono::seconds(0)); }

void FetchFiles(const StagingPlace& place, const Artifacts& artifacts) {
  Artifacts files;
  for (const auto& artifact : artifacts) {
    if (!IsProgram(artifact)) *files.Add() = artifact;
  }
  if (files.empty()) return;
  std::map<std::string, std::string> paths;
  for (const std::string& path : Fetch(place, files)) paths[std::filesystem::path(path).filename()] = path;
  SetStagedFiles(std::move(paths));
}

void UseFilesIn(const std::string& folder) {
  std::map<std::string, std::string> paths;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.is_regular_file(none)) paths[entry.path().filename()] = entry.path();
  }
  SetStagedFiles(std::move(paths));
}

std::string FetchProgram(const StagingPlace& place, const Artifacts& artifacts) {
  for (const auto& artifact : artifacts) {
    if (!IsProgram(artifact) || DigestOf(artifact) == Sha256OfFile("/proc/self/exe")) continue;
    Artifacts program;
    *program.Add() = artifact;
    return Fetch(place, program).front();
  }
  return "";
}

void BecomeProgram(const std::string& path, const std::vector<std::string>& arguments) {
  std::vector<std::string> texts = arguments;
  texts.insert(texts.begin(), path);
  std::vector<char*> argv;
  argv.reserve(texts.size() + 1);
  for (std::string& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  chmod(path.c_str(), 0700);
  execv(path.c_str(), argv.data());
  if (errno == EACCES) {
    if (const int copy = CopyToMemory(path); copy >= 0) fexecve(copy, argv.data(), environ);
  }
  throw Error("cannot start the program " + path + " of the pipeline: " + std::strerror(errno));
}

}  // namespace beam
