#include "beam/io/hdfs_byte_sink.h"

#include <cassert>
#include <cstdint>
#include <cstdio>
#include <random>
#include <utility>

#include "beam/io/path_text.h"

namespace beam::internal {
namespace {

constexpr std::size_t kSentWhole = std::size_t{1} << 20;

std::string HiddenName() {
  // Seeded by the system: two processes that start together must not share a name.
  thread_local std::mt19937_64 random{std::random_device{}() ^ (std::uint64_t{std::random_device{}()} << 32)};
  char name[32];
  std::snprintf(name, sizeof name, ".beam-%016llx.part", static_cast<unsigned long long>(random()));
  return name;
}

class HdfsByteSink final : public ByteSink {
 public:
  HdfsByteSink(std::shared_ptr<WebHdfs> hdfs, HdfsTarget file) : hdfs_(std::move(hdfs)), file_(std::move(file)) {
    hidden_ = file_;
    hidden_.server_path.replace(file_.server_path.rfind('/') + 1, std::string::npos, HiddenName());
  }

  ~HdfsByteSink() override {
    if (!begun_ || finished_) return;
    try {
      if (stream_) {
        // A data node that is cut off may make the file only after it was deleted.
        stream_->HurryUp();
        hdfs_->EndCreate(hidden_, *stream_);
      }
    } catch (const Error&) {
      // What is there is deleted in any case.
    }
    hdfs_->DeleteAtOnce(hidden_);
  }

  void Write(const void* data, std::size_t size) override {
    buffer_.append(static_cast<const char*>(data), size);
    if (buffer_.size() > kSentWhole) SendBuffer();
  }

  bool CanRewrite() const override { return false; }
  void Rewrite(std::uint64_t, const void*, std::size_t) override { assert(false && "CanRewrite() is false"); }

  void Finish() override {
    if (begun_) {
      SendBuffer();
      Stream([&] { hdfs_->EndCreate(hidden_, *stream_); });
      hdfs_->Keep(std::move(stream_));
    } else {
      begun_ = true;
      hdfs_->Create(hidden_, buffer_);
    }
    hdfs_->Rename(hidden_, file_);
    finished_ = true;
  }

  const std::string& path() const override { return file_.path; }

 private:
  void SendBuffer() {
    if (!begun_) {
      begun_ = true;
      stream_ = hdfs_->BeginCreate(hidden_);
    }
    Stream([&] { stream_->Send(buffer_.data(), buffer_.size()); });
    buffer_.clear();
  }

  template <class Action>
  void Stream(Action&& action) {
    try {
      action();
    } catch (const HttpFailure& failure) {
      throw Error("cannot write " + Quoted(file_.path) + ": " + failure.what() + "; check the data nodes");
    }
  }

  const std::shared_ptr<WebHdfs> hdfs_;
  const HdfsTarget file_;
  HdfsTarget hidden_;
  std::string buffer_;
  std::unique_ptr<HttpChannel> stream_;  // null where nothing was sent yet, or all of it
  bool begun_ = false;                   // there may be something under the hidden name
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<ByteSink> CreateHdfsFile(std::shared_ptr<WebHdfs> hdfs, const std::string& path) {
  HdfsTarget file = hdfs->Target("write", path);
  return std::make_unique<HdfsByteSink>(std::move(hdfs), std::move(file));
}

}  // namespace beam::internal
