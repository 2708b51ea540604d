// SampleMemory: uninitialised, 64-byte aligned memory for float samples.
//
// Decoding a folder takes and frees tens of megabytes for each file. Memory that is fresh from the kernel must be
// cleared page by page when it is first written, which on virtual machines costs a third of what decoding itself costs.
// So the pages of freed blocks are kept, at most kMostBytesKept and an eighth of the process's MemoryBudget, and put
// together to the next block, whatever its size (by remapping them, which copies nothing).
//
// Thread-safe. Throws std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace klay::internal {

inline constexpr std::uint64_t kMostBytesKept = std::uint64_t{256} << 20;

struct SampleMemoryRelease {
  std::size_t bytes = 0;
  void operator()(float* memory) const noexcept;
};

using SampleMemory = std::unique_ptr<float[], SampleMemoryRelease>;

// At least `floats` floats.
SampleMemory AllocateSamples(std::size_t floats);

// Gives all kept pages back to the system. Returns how many bytes they were.
std::uint64_t ReleaseKeptSampleMemory();

}  // namespace klay::internal
