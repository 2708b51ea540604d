#include "klay/audio/buffered_source.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace klay::internal {

BufferedSource::BufferedSource(beam::ByteSource& source, std::size_t capacity)
    : source_(source),
      size_(source.Size()),
      buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(capacity)),
      capacity_(capacity) {}

ByteView BufferedSource::Peek(std::size_t size) {
  if (end_ - begin_ < size && !at_end_) {
    if (size > capacity_) {
      capacity_ = std::max(size, 2 * capacity_);
      auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity_);
      std::memcpy(larger.get(), buffer_.get() + begin_, end_ - begin_);
      buffer_ = std::move(larger);
    } else {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    }
    end_ -= begin_;
    begin_ = 0;
    end_ += ReadSource(buffer_.get() + end_, capacity_ - end_);
  }
  return {buffer_.get() + begin_, end_ - begin_};
}

void BufferedSource::Consume(std::size_t size) {
  assert(size <= end_ - begin_);
  begin_ += size;
  position_ += size;
}

std::size_t BufferedSource::Read(void* out, std::size_t size) {
  auto* bytes = static_cast<std::uint8_t*>(out);
  const std::size_t buffered = std::min(size, end_ - begin_);
  std::memcpy(bytes, buffer_.get() + begin_, buffered);
  Consume(buffered);
  if (buffered == size) return size;
  if (size - buffered < capacity_) {
    Peek(std::min(size - buffered, capacity_));
    const std::size_t more = std::min(size - buffered, end_ - begin_);
    std::memcpy(bytes + buffered, buffer_.get() + begin_, more);
    Consume(more);
    return buffered + more;
  }
  if (at_end_) return buffered;
  begin_ = end_ = 0;
  const std::size_t more = ReadSource(bytes + buffered, size - buffered);
  position_ += more;
  return buffered + more;
}

void BufferedSource::Seek(std::uint64_t position) {
  if (position >= position_ - begin_ && position <= position_ + (end_ - begin_)) {
    begin_ = static_cast<std::size_t>(position - (position_ - begin_));
  } else {
    source_.Seek(position);
    begin_ = end_ = 0;
    at_end_ = false;
  }
  position_ = position;
}

// Fills `out` as far as the source goes; `out` continues what is buffered. A known size saves the read that would only
// find the end.
std::size_t BufferedSource::ReadSource(void* out, std::size_t size) {
  const std::uint64_t source_position = position_ + (end_ - begin_);
  std::size_t total = 0;
  while (total < size && !at_end_) {
    const std::size_t got = source_.Read(static_cast<std::uint8_t*>(out) + total, size - total);
    total += got;
    at_end_ = got == 0 || (size_ && *size_ > 0 && source_position + total >= *size_);
  }
  return total;
}

}  // namespace klay::internal
