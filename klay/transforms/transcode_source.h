// TranscodeSource: a file that is to be transcoded, opened, with only its beginning decoded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "beam/base/byte_source.h"
#include "beam/io/readable_file.h"
#include "klay/audio/crop.h"
#include "klay/audio/decoder.h"
#include "klay/audio/signal_chain.h"
#include "klay/transforms/transcode.h"

namespace klay::internal {

// Frames that are decoded at a time: small enough for the caches, large enough for the loops.
inline constexpr std::int64_t kTranscodeBlockFrames = 8192;

// Not thread-safe. Everything throws what AudioDecoder and SignalChain do.
class TranscodeSource {
 public:
  // Both must outlive it.
  TranscodeSource(const beam::ReadableFile& file, const Transcode& step);

  AudioDecoder& decoder() { return decoder_; }
  SignalChain& chain() { return chain_; }

  // The frames that are taken, from the crop's place for `key` on; those of the whole file up to INT64_MAX. Nothing
  // for a file that is not longer than the crop.
  std::optional<FrameRange> Part(const std::string& key);

  // By the header; where it does not tell, everything is decoded.
  std::int64_t CountFrames();

 private:
  const beam::ReadableFile& file_;
  const Transcode& step_;
  std::unique_ptr<beam::ByteSource> source_;
  AudioDecoder decoder_;
  SignalChain chain_;
};

// What decides the place of a crop.
std::string CropKey(const Transcode& step, const std::string& path);

}  // namespace klay::internal
