// The size that a container's header declares for the whole file, against the size of the file: the plainest sign of a
// truncated download, and for containers without an exact length the only one.
#pragma once

#include <cstdint>
#include <optional>

#include "klay/audio/buffered_source.h"
#include "klay/audio/damage_log.h"

namespace klay::internal {

// What the header at the beginning of a RIFF, FORM (aiff), ASF or Matroska file declares; nothing for other formats and
// where the header says that it is unknown.
std::optional<std::uint64_t> DeclaredSize(ByteView beginning);

// Notes a truncation if the file at `source` (standing at its start, and left there) is smaller than declared.
void CheckDeclaredSize(BufferedSource& source, DamageLog& damage);

}  // namespace klay::internal
