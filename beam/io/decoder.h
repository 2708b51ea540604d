// One face for the decompression libraries.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "beam/io/compression.h"

namespace beam::internal {

// Decodes one stream. Not thread-safe. Failures are Errors whose text completes the sentence "<the file> is damaged: ".
class Decoder {
 public:
  struct Progress {
    std::size_t consumed = 0;
    std::size_t produced = 0;
    bool ended = false;  // the stream is complete, checksum included
  };

  virtual ~Decoder() = default;

  // Decodes some of `in` into `out`. `last` says that nothing follows `in`. No progress is not an error by itself.
  virtual Progress Decode(const char* in, std::size_t in_size, char* out, std::size_t out_size, bool last) = 0;

  // Prepares for the first byte of another stream.
  virtual void Reset() = 0;
};

// `compression` is neither kAuto nor kNone.
std::unique_ptr<Decoder> MakeDecoder(Compression compression);

}  // namespace beam::internal
