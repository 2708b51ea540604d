// BlockWriter: what makes the bytes of one format out of blocks of planar float. AudioEncoder owns one; the options it
// gets have passed CheckEncoding().
//
// An implementation writes its header in its constructor. Rewriting at the end stays within
// beam::ByteSink::kRewritableBytes.
#pragma once

#include <cstdint>

namespace klay::internal {

class BlockWriter {
 public:
  virtual ~BlockWriter() = default;

  // Encodes `frames` (> 0) frames, those of channel c at planes[c].
  virtual void Write(const float* const* planes, std::int64_t frames) = 0;

  // Writes what is left and what is known only now. `frames` is the sum of all blocks. Called once, last.
  virtual void Finish(std::int64_t frames) = 0;
};

}  // namespace klay::internal
