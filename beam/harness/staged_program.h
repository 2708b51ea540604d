// The worker's files: fetching what the pipeline takes along and, where the launcher was another build of the program
// than this one, going on as that build.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>
#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <string>
#include <vector>

namespace beam {

using Artifacts = google::protobuf::RepeatedPtrField<org::apache::beam::model::pipeline::v1::ArtifactInformation>;

struct StagingPlace {
  std::string endpoint;  // of the artifact service
  std::string worker_id;
  std::string folder;  // StagingFolder(--semi_persist_dir)
};

// This user's part of the folder that the engine gives its workers; where it gives none, of /tmp.
std::string StagingFolder(const std::string& semi_persist_dir = "");

// Fetches the files among `artifacts`, and lets StagedFile() find them. They lie in a folder of their own for each set
// of files: workers of one pipeline share it, those of others do not meet there. It stays for the next job's workers,
// and goes when nobody has fetched these files for a day. Throws Error.
void FetchFiles(const StagingPlace& place, const Artifacts& artifacts);

// Lets StagedFile() find what another boot program has fetched before it started this one: the files in `folder`.
void UseFilesIn(const std::string& folder);

// Where `artifacts` hold a program, and it is not the one that runs, fetches it and returns its path; else an empty
// one. Throws Error.
std::string FetchProgram(const StagingPlace& place, const Artifacts& artifacts);

// Removes what has been fetched to the default folder and is not in use.
void RemoveUnusedFiles();

// Puts the program at `path` in the place of this process; also where its folder permits no programs (noexec): then
// from a copy in memory. Returns only by throwing Error.
[[noreturn]] void BecomeProgram(const std::string& path, const std::vector<std::string>& arguments);

}  // namespace beam
