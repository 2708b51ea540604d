#include "klay/audio/pcm_writer.h"

#include <algorithm>
#include <utility>

namespace klay::internal {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

}  // namespace

PcmWriter::PcmWriter(beam::ByteSink& sink, std::unique_ptr<PcmHeader> header, PcmPacker packer,
                     const EncodeOptions& options)
    : sink_(sink),
      header_(std::move(header)),
      packer_(std::move(packer)),
      written_header_(header_->For(options.expected_frames.value_or(0))),
      buffer_(std::max(kBufferBytes, packer_.frame_bytes())) {
  sink_.Write(written_header_.data(), written_header_.size());
}

void PcmWriter::Write(const float* const* planes, std::int64_t frames) {
  const auto block = static_cast<std::int64_t>(buffer_.size() / packer_.frame_bytes());
  for (std::int64_t done = 0; done < frames; done += block) {
    const std::int64_t part = std::min(block, frames - done);
    packer_.Pack(planes, done, part, buffer_.data());
    sink_.Write(buffer_.data(), static_cast<std::size_t>(part) * packer_.frame_bytes());
  }
}

void PcmWriter::Finish(std::int64_t frames) {
  // Both formats want chunks of an even size.
  if ((static_cast<std::uint64_t>(frames) * packer_.frame_bytes()) % 2 == 1) sink_.Write("", 1);
  const std::string header = header_->For(frames);
  if (header != written_header_) sink_.Rewrite(0, header.data(), header.size());
}

}  // namespace klay::internal
