// Where the files lie that workers fetch: a folder with one part for each set of files, which all workers of a machine
// share. A part is held by the processes that use it, and of those that nobody uses any more some worker, or the end of
// a pool, frees the disk.
//
// Thread-safe, also between processes.
#pragma once

#include <chrono>
#include <string>

namespace beam {

// Folder `part` of `folder`, which is there: made if it is not, and held until this process, or the program that takes
// its place, ends. Returns its path. Throws Error.
std::string HoldStagedPart(const std::string& folder, const std::string& part);

// Removes the parts that nobody holds and that nobody has begun to use for so long. What cannot be removed stays.
void RemoveUnusedParts(const std::string& folder, std::chrono::seconds unused_for);

}  // namespace beam
