#include "klay/audio/sample_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <new>
#include <vector>

#include "beam/base/memory_budget.h"

namespace klay::internal {
namespace {

// Large blocks are whole huge pages, at addresses of huge pages: such pages can be moved without being touched.
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kSmallestLarge = 2 * kHugePage;

struct Pages {
  char* begin;
  std::size_t bytes;
};

struct Kept {
  std::mutex mutex;
  std::vector<Pages> pages;
  std::uint64_t bytes = 0;
};

Kept& KeptPages() {
  static auto* kept = new Kept;  // never destroyed: waveforms may be freed while the process exits
  return *kept;
}

std::uint64_t MostKept() { return std::min(kMostBytesKept, beam::MemoryBudget::Process().limit() / 8); }

// Fresh address space, aligned to huge pages. It only becomes memory where it is written.
char* MapFresh(std::size_t bytes) {
  void* region = mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED) throw std::bad_alloc();
  auto* begin = static_cast<char*>(region);
  const std::size_t lead = (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
  if (lead > 0) munmap(begin, lead);
  if (lead < kHugePage) munmap(begin + lead + bytes, kHugePage - lead);
  // One fault then maps 2 MiB. Merely advice.
  madvise(begin + lead, bytes, MADV_HUGEPAGE);
  return begin + lead;
}

// Takes up to `bytes` of kept pages out of the list.
std::vector<Pages> TakeKept(std::size_t bytes) {
  std::vector<Pages> taken;
  Kept& kept = KeptPages();
  const std::lock_guard lock(kept.mutex);
  while (bytes > 0 && !kept.pages.empty()) {
    Pages& last = kept.pages.back();
    const std::size_t part = std::min(bytes, last.bytes);
    last.bytes -= part;
    taken.push_back({last.begin + last.bytes, part});
    if (last.bytes == 0) kept.pages.pop_back();
    kept.bytes -= part;
    bytes -= part;
  }
  return taken;
}

char* AllocateLarge(std::size_t bytes) {
  const std::vector<Pages> taken = TakeKept(bytes);
  if (taken.size() == 1 && taken[0].bytes == bytes) return taken[0].begin;
  char* begin = MapFresh(bytes);
  char* to = begin;
  for (const Pages& pages : taken) {
    void* moved = mremap(pages.begin, pages.bytes, pages.bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    // Refused (a limit on the number of mappings, say): the fresh memory below serves as well.
    if (moved == MAP_FAILED) munmap(pages.begin, pages.bytes);
    to += pages.bytes;
  }
  return begin;
}

}  // namespace

SampleMemory AllocateSamples(std::size_t floats) {
  if (floats > std::numeric_limits<std::size_t>::max() / 8) throw std::bad_alloc();
  const std::size_t wanted = std::max<std::size_t>(floats, 1) * sizeof(float);
  const std::size_t granule = wanted >= kSmallestLarge ? kHugePage : 64;
  const std::size_t bytes = (wanted + granule - 1) / granule * granule;
  void* memory = bytes >= kSmallestLarge ? AllocateLarge(bytes) : std::aligned_alloc(64, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return {static_cast<float*>(memory), {bytes}};
}

void SampleMemoryRelease::operator()(float* memory) const noexcept {
  if (bytes < kSmallestLarge) {
    std::free(memory);
    return;
  }
  auto* begin = reinterpret_cast<char*>(memory);
  std::size_t kept_bytes = 0;
  {
    Kept& kept = KeptPages();
    const std::lock_guard lock(kept.mutex);
    const std::uint64_t most = MostKept();
    const std::uint64_t room = most > kept.bytes ? most - kept.bytes : 0;
    kept_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, room) / kHugePage * kHugePage);
    if (kept_bytes > 0) {
      kept.pages.push_back({begin, kept_bytes});
      kept.bytes += kept_bytes;
    }
  }
  // The beginning is kept, which surely was written; the end may never have been.
  if (kept_bytes < bytes) munmap(begin + kept_bytes, bytes - kept_bytes);
}

std::uint64_t ReleaseKeptSampleMemory() {
  std::vector<Pages> pages = TakeKept(std::numeric_limits<std::size_t>::max());
  std::uint64_t bytes = 0;
  for (const Pages& part : pages) {
    munmap(part.begin, part.bytes);
    bytes += part.bytes;
  }
  return bytes;
}

}  // namespace klay::internal
