// ByteSink: an object being written, which exists for others only once it is whole.
//
// Not thread-safe; owned by whoever opened it. Nothing is visible under the final path before Finish() returns: a sink
// destroyed without Finish(), or after one of its calls threw, is an aborted write and leaves nothing behind. Every
// failure is an Error whose text names the object.
#pragma once

#include <cstddef>
#include <string>

namespace beam {

class ByteSink {
 public:
  virtual ~ByteSink() = default;

  // Appends all of `data`.
  virtual void Write(const void* data, std::size_t size) = 0;

  // Makes what was written durable and visible under path(), replacing what was there. Call once, last.
  virtual void Finish() = 0;

  // The final path as the user gave it, for error texts.
  virtual const std::string& path() const = 0;
};

}  // namespace beam
