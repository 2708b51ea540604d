// ProgramId: which build of which program this process runs. A launcher and its workers must be the same one, as
// functions travel by name and their fields by position.
#pragma once

#include <string>

namespace beam {

// The build id that the linker gave the program, in hex; where it gave none, the digest of the file. Thread-safe.
const std::string& ProgramId();

// Throws Error, saying so, if `id` is that of another build.
void CheckProgramId(const std::string& id);

}  // namespace beam
