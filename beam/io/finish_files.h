// Finishing several files, of any kind of store, as FileSystem::FinishAll() promises it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "beam/base/byte_sink.h"

namespace beam::internal {

// Finishes `sinks` on at most so many threads, the caller's own among them. Returns for each what went wrong, or an
// empty text. Throws Cancelled if one of them did: the others that are left are not begun then.
std::vector<std::string> FinishSideBySide(const std::vector<ByteSink*>& sinks, std::size_t threads);

}  // namespace beam::internal
