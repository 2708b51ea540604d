// ByteSink: an object being written, which exists for others only once it is whole.
//
// Not thread-safe; owned by whoever opened it. Nothing is visible under the final path before Finish() returns: a sink
// destroyed without Finish(), or after one of its calls threw, is an aborted write and leaves nothing behind. Every
// failure is an Error whose text names the object.
//
// Some formats say at their beginning what is known only at the end: their length, a checksum, an index. Where a sink
// can change its first bytes again, whoever writes such a format does so. A store that takes parts in any order keeps
// the first kRewritableBytes in memory and sends them last; one that can only append says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace beam {

class ByteSink {
 public:
  static constexpr std::size_t kRewritableBytes = 4096;

  virtual ~ByteSink() = default;

  // Appends all of `data`.
  virtual void Write(const void* data, std::size_t size) = 0;

  // Whether Rewrite() may be called.
  virtual bool CanRewrite() const = 0;

  // Replaces bytes that were written before, all of them within the first kRewritableBytes; what is written next still
  // comes at the end.
  virtual void Rewrite(std::uint64_t offset, const void* data, std::size_t size) = 0;

  // Makes what was written durable and visible under path(), replacing what was there. Call once, last.
  virtual void Finish() = 0;

  // Behind Finish(): whether the store has told the size and the checksum of what it has, which are those of what was
  // written.
  virtual bool IsConfirmed() const { return false; }

  // The final path as the user gave it, for error texts.
  virtual const std::string& path() const = 0;
};

}  // namespace beam
