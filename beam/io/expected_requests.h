// How many requests an object of a store takes, by its size: for telling what a run will ask for before it does. As it
// is on gs:// when nothing goes wrong; Arrow's stores take one or two more an object.
#pragma once

#include <cstdint>

namespace beam {

// To read it from its first byte to its last (object_byte_source.h): at most, as the parts of a large one get longer,
// where memory is left for that. Who looks at the end of a large one first makes one or two more.
std::int64_t ExpectedReads(std::int64_t size_in_bytes);

// To write it.
std::int64_t ExpectedWrites(std::int64_t size_in_bytes);

}  // namespace beam
