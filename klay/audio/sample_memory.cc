#include "klay/audio/sample_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "beam/base/memory_budget.h"

namespace klay::internal {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kSmallestKept = std::size_t{256} << 10;

struct Block {
  float* memory;
  std::size_t floats;
};

struct Kept {
  std::mutex mutex;
  std::vector<Block> blocks;  // oldest first
  std::uint64_t bytes = 0;
};

Kept& KeptBlocks() {
  static auto* kept = new Kept;  // never destroyed: waveforms may be freed while the process exits
  return *kept;
}

float* AllocateFresh(std::size_t bytes) {
  const bool huge = bytes >= 2 * kHugePage;
  void* memory = std::aligned_alloc(huge ? kHugePage : 64, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  // One fault then maps 2 MiB. Merely advice: without huge pages it does nothing.
  if (huge) madvise(memory, bytes, MADV_HUGEPAGE);
  return static_cast<float*>(memory);
}

// The smallest kept block that fits without wasting more than it serves.
float* TakeKept(std::size_t& floats) {
  Kept& kept = KeptBlocks();
  const std::lock_guard lock(kept.mutex);
  auto best = kept.blocks.end();
  for (auto block = kept.blocks.begin(); block != kept.blocks.end(); ++block) {
    if (block->floats < floats || block->floats / 2 > floats) continue;
    if (best == kept.blocks.end() || block->floats < best->floats) best = block;
  }
  if (best == kept.blocks.end()) return nullptr;
  float* memory = best->memory;
  floats = best->floats;
  kept.bytes -= floats * sizeof(float);
  kept.blocks.erase(best);
  return memory;
}

}  // namespace

SampleMemory AllocateSamples(std::size_t floats) {
  if (floats > std::numeric_limits<std::size_t>::max() / 8) throw std::bad_alloc();
  std::size_t bytes = std::max<std::size_t>(floats, 1) * sizeof(float);
  const std::size_t granule = bytes >= 2 * kHugePage ? kHugePage : 64;
  bytes = (bytes + granule - 1) / granule * granule;
  floats = bytes / sizeof(float);
  if (bytes >= kSmallestKept) {
    if (float* memory = TakeKept(floats)) return {memory, {floats}};
  }
  return {AllocateFresh(bytes), {floats}};
}

void SampleMemoryRelease::operator()(float* memory) const noexcept {
  const std::uint64_t bytes = floats * sizeof(float);
  const std::uint64_t most_kept = beam::MemoryBudget::Process().limit() / 8;
  if (bytes < kSmallestKept || bytes > most_kept) {
    std::free(memory);
    return;
  }
  Kept& kept = KeptBlocks();
  const std::lock_guard lock(kept.mutex);
  kept.blocks.reserve(kMaxKeptBlocks + 1);
  kept.blocks.push_back({memory, floats});
  kept.bytes += bytes;
  while (kept.blocks.size() > kMaxKeptBlocks || kept.bytes > most_kept) {
    std::free(kept.blocks.front().memory);
    kept.bytes -= kept.blocks.front().floats * sizeof(float);
    kept.blocks.erase(kept.blocks.begin());
  }
}

std::uint64_t ReleaseKeptSampleMemory() {
  Kept& kept = KeptBlocks();
  const std::lock_guard lock(kept.mutex);
  for (const Block& block : kept.blocks) std::free(block.memory);
  kept.blocks.clear();
  return std::exchange(kept.bytes, 0);
}

}  // namespace klay::internal
