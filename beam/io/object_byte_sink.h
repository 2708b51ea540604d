// An object of a store being written: kept here until it is whole, then sent.
#pragma once

#include <memory>
#include <string>

#include "beam/base/byte_sink.h"
#include "beam/io/held_bytes.h"
#include "beam/io/object_requests.h"

namespace beam::internal {

class ObjectByteSink final : public ByteSink {
 public:
  // No request is made before Finish().
  ObjectByteSink(std::shared_ptr<ObjectRequests> requests, std::string path);

  void Write(const void* data, std::size_t size) override { bytes_.Append(static_cast<const char*>(data), size); }
  bool CanRewrite() const override { return true; }
  void Rewrite(std::uint64_t offset, const void* data, std::size_t size) override {
    bytes_.Overwrite(offset, static_cast<const char*>(data), size);
  }
  void Finish() override;
  bool IsConfirmed() const override { return confirmed_; }
  const std::string& path() const override { return path_; }

 private:
  const std::shared_ptr<ObjectRequests> requests_;
  const std::string path_;
  const std::string name_;
  HeldBytes bytes_;
  bool confirmed_ = false;
};

}  // namespace beam::internal
