#include "beam/io/hdfs_byte_source.h"

#include <algorithm>
#include <array>
#include <utility>

#include "beam/io/path_text.h"

namespace beam::internal {
namespace {

// A jump ahead by less than this is read over: a new stream costs two requests.
constexpr std::uint64_t kReadOver = std::uint64_t{256} << 10;

// How often a stream is begun anew without a byte from it.
constexpr int kMostFailures = 4;

class HdfsByteSource final : public ByteSource {
 public:
  HdfsByteSource(std::shared_ptr<WebHdfs> hdfs, HdfsTarget file, const HdfsEntry& entry)
      : hdfs_(std::move(hdfs)),
        file_(std::move(file)),
        inode_(entry.inode),
        size_(static_cast<std::uint64_t>(entry.size)) {}

  std::size_t Read(void* out, std::size_t size) override {
    if (position_ >= size_) return 0;
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - position_));
    for (int failures = 0;; ++failures) {
      try {
        const std::size_t count = ReadOn(static_cast<char*>(out), size);
        position_ += count;
        if (position_ == size_) Close();
        return count;
      } catch (const HttpFailure& failure) {
        stream_.reset();
        if (failures == kMostFailures) {
          throw Error("cannot read " + Quoted(file_.path) + ": " + failure.what() + "; check the data nodes");
        }
      } catch (const HdfsError& error) {
        if (!error.is_absence()) throw;
        throw Error(Quoted(file_.path)
                    + " was replaced or deleted while it was read; do not change inputs during a run");
      }
    }
  }

  void Seek(std::uint64_t offset) override { position_ = offset; }
  std::optional<std::uint64_t> Size() const override { return size_; }
  const std::string& path() const override { return file_.path; }

 private:
  std::size_t ReadOn(char* out, std::size_t size) {
    if (stream_ && (position_ < stream_position_ || position_ - stream_position_ > kReadOver)) stream_.reset();
    if (!stream_) {
      stream_ = hdfs_->Open(file_, inode_, position_);
      stream_position_ = position_;
    }
    std::array<char, 16384> over;
    while (stream_position_ < position_) {
      Receive(over.data(),
              static_cast<std::size_t>(std::min<std::uint64_t>(over.size(), position_ - stream_position_)));
    }
    return Receive(out, size);
  }

  std::size_t Receive(char* out, std::size_t size) {
    const std::size_t count = stream_->Receive(out, size);
    // Where the data node cannot go on it ends its answer.
    if (count == 0 && size > 0) {
      throw HttpFailure("the data ends at byte " + std::to_string(stream_position_) + " of " + std::to_string(size_));
    }
    stream_position_ += count;
    return count;
  }

  void Close() {
    char byte = 0;
    // Only an answer that was taken to its end leaves a connection of use.
    if (stream_->Receive(&byte, 1) == 0) hdfs_->Keep(std::move(stream_));
    stream_.reset();
  }

  const std::shared_ptr<WebHdfs> hdfs_;
  const HdfsTarget file_;
  const std::int64_t inode_;
  const std::uint64_t size_;
  std::uint64_t position_ = 0;
  std::unique_ptr<HttpChannel> stream_;  // null where none is open
  std::uint64_t stream_position_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> OpenHdfsFile(std::shared_ptr<WebHdfs> hdfs, const std::string& path) {
  HdfsTarget file = hdfs->Target("open", path);
  const HdfsEntry entry = hdfs->Status(file);
  if (entry.kind == HdfsEntry::Kind::kFolder) {
    throw Error("cannot read " + Quoted(path) + ": it is a folder, not a file; name the files themselves");
  }
  file.what = "read";
  return std::make_unique<HdfsByteSource>(std::move(hdfs), std::move(file), entry);
}

}  // namespace beam::internal
