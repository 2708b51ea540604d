// An object of a store, read by parts that are fetched when they are needed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "beam/base/byte_source.h"
#include "beam/io/object_requests.h"

namespace beam::internal {

// What is fetched by one request of an object that is read on, behind what came with its opening; of one that is read
// on for long, four times that.
inline constexpr std::uint64_t kObjectPartBytes = std::uint64_t{4} << 20;

// Opens an object. Its source fetches little at first (a look at a header costs one small request), larger parts when
// it is read on, and then several of them ahead. Once a later part has come, it asks whether the object is still the
// one that was opened, so that no mix of two is ever given.
std::unique_ptr<ByteSource> OpenObject(const std::shared_ptr<ObjectRequests>& requests, const std::string& path);

}  // namespace beam::internal
