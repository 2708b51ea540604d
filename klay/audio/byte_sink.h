// ByteSink: where encoded bytes go, in order, whatever stands behind it: a file, a part of an upload, memory.
//
// Not thread-safe. Whoever made it finishes it (renames the file, completes the upload) once the encoder's Finish() has
// returned, and gives it up otherwise: until then what was written is not a whole file.
//
// Some formats say at their beginning what is known only at the end: their length, checksums, a seek table. Where a
// sink can change its first bytes again the encoder does so. A sink that can only append (a streaming upload) says so,
// and the encoder then needs to be told the length before the first sample (EncodeOptions::expected_frames). A store
// that takes parts in any order, or composes objects, can keep the first kRewritableBytes in memory and send them last.
#pragma once

#include <cstddef>
#include <cstdint>

namespace klay {

class ByteSink {
 public:
  virtual ~ByteSink() = default;

  // Appends all of `data`. Throws beam::Error, naming the object.
  virtual void Write(const void* data, std::size_t size) = 0;

  // Whether Rewrite() may be called.
  virtual bool CanRewrite() const { return false; }

  // Replaces bytes that were written before, all of them within the first kRewritableBytes; what is appended next still
  // comes at the end. Only called if CanRewrite().
  virtual void Rewrite(std::uint64_t offset, const void* data, std::size_t size) = 0;

  static constexpr std::size_t kRewritableBytes = 4096;
};

}  // namespace klay
