// SampleMemory: uninitialised, 64-byte aligned memory for float samples.
//
// Decoding a folder takes and frees tens of megabytes for each file. Getting those from the kernel anew costs a page fault
// for every 4 KiB, which is a good part of what decoding itself costs, so freed blocks are kept for the next file: at
// most kMaxKeptBlocks of them, and no more bytes than an eighth of the process's MemoryBudget.
//
// Thread-safe. Throws std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace klay::internal {

inline constexpr std::size_t kMaxKeptBlocks = 8;

struct SampleMemoryRelease {
  std::size_t floats = 0;
  void operator()(float* memory) const noexcept;
};

using SampleMemory = std::unique_ptr<float[], SampleMemoryRelease>;

// At least `floats` floats; get_deleter().floats says how many there are.
SampleMemory AllocateSamples(std::size_t floats);

// Gives all kept blocks back to the system. Returns how many bytes they held.
std::uint64_t ReleaseKeptSampleMemory();

}  // namespace klay::internal
