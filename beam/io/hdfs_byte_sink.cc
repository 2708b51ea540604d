#include "beam/io/hdfs_byte_sink.h"

#include <cstdint>
#include <cstdio>
#include <random>
#include <utility>

#include "beam/io/held_bytes.h"

namespace beam::internal {
namespace {

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
    if (begun_ && !finished_) hdfs_->DeleteAtOnce(hidden_);
  }

  void Write(const void* data, std::size_t size) override { bytes_.Append(static_cast<const char*>(data), size); }
  bool CanRewrite() const override { return true; }
  void Rewrite(std::uint64_t offset, const void* data, std::size_t size) override {
    bytes_.Overwrite(offset, static_cast<const char*>(data), size);
  }

  void Finish() override {
    begun_ = true;
    hdfs_->Create(hidden_, bytes_.View());
    hdfs_->Rename(hidden_, file_);
    finished_ = true;
  }

  const std::string& path() const override { return file_.path; }

 private:
  const std::shared_ptr<WebHdfs> hdfs_;
  const HdfsTarget file_;
  HdfsTarget hidden_;
  HeldBytes bytes_;
  bool begun_ = false;  // there may be something under the hidden name
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<ByteSink> CreateHdfsFile(std::shared_ptr<WebHdfs> hdfs, const std::string& path) {
  HdfsTarget file = hdfs->Target("write", path);
  return std::make_unique<HdfsByteSink>(std::move(hdfs), std::move(file));
}

}  // namespace beam::internal
