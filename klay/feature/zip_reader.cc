#include "klay/feature/zip_reader.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <optional>
#include <string_view>

#include "beam/base/cancel.h"
#include "klay/feature/feature_error.h"
#include "klay/feature/read_bytes.h"

namespace klay::internal {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
// What no stream of deflate exceeds.
constexpr std::uint64_t kMostPerPackedByte = 1032;

std::uint64_t Field(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  return value;
}

[[noreturn]] void Damaged(const std::string& what) { throw FeatureError("damaged: the zip archive " + what); }

// The fields of the directory entry that are all ones have their values in the extra field 1, in this order.
void UseZip64(std::string_view extra, ZipEntry& entry) {
  constexpr std::uint64_t kOnes = 0xFFFFFFFF;
  while (extra.size() >= 4) {
    const std::uint64_t id = Field(extra, 0, 2);
    const auto size = static_cast<std::size_t>(Field(extra, 2, 2));
    if (extra.size() - 4 < size) return;
    std::string_view values = extra.substr(4, size);
    if (id == 1) {
      for (std::uint64_t* field : {&entry.bytes, &entry.packed_bytes, &entry.header_at}) {
        if (*field != kOnes) continue;
        if (values.size() < 8) Damaged("has an entry without its 64-bit sizes");
        *field = Field(values, 0, 8);
        values.remove_prefix(8);
      }
      return;
    }
    extra.remove_prefix(4 + size);
  }
}

class Member : public beam::ByteSource {
 public:
  Member(beam::ByteSource& archive, const ZipEntry& entry)
      : archive_(archive), entry_(entry), left_(entry.packed_bytes) {
    if (entry.method == kDeflated && inflateInit2(&stream_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Member() override {
    if (entry_.method == kDeflated) inflateEnd(&stream_);
  }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  std::size_t Read(void* out, std::size_t size) override {
    if (size == 0) return 0;
    const std::size_t got = entry_.method == kStored ? ReadPacked(out, size) : Inflate(out, size);
    read_ += got;
    if (read_ > entry_.bytes) Damaged("has a member that is longer than it says");
    crc_ = static_cast<std::uint32_t>(crc32_z(crc_, static_cast<const Bytef*>(out), got));
    if (got == 0) {
      if (read_ < entry_.bytes) Damaged("has a member that is shorter than it says");
      if (crc_ != entry_.crc) Damaged("has a member with a wrong checksum");
    }
    return got;
  }
  void Seek(std::uint64_t /*offset*/) override {
    throw FeatureError("a member of a zip archive is read from start to end");
  }
  std::optional<std::uint64_t> Size() const override { return entry_.bytes; }
  const std::string& path() const override { return archive_.path(); }

 private:
  std::size_t ReadPacked(void* out, std::size_t size) {
    const std::size_t got = archive_.Read(out, static_cast<std::size_t>(std::min<std::uint64_t>(size, left_)));
    left_ -= got;
    return got;
  }

  std::size_t Inflate(void* out, std::size_t size) {
    stream_.next_out = static_cast<Bytef*>(out);
    const auto most = static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
    stream_.avail_out = most;
    while (stream_.avail_out == most && !ended_) {
      if (stream_.avail_in == 0) {
        beam::ThrowIfCancelled();
        stream_.next_in = packed_.data();
        stream_.avail_in = static_cast<uInt>(ReadPacked(packed_.data(), packed_.size()));
        if (stream_.avail_in == 0) Damaged("has a member whose data breaks off");
      }
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_MEM_ERROR) throw std::bad_alloc();
      ended_ = result == Z_STREAM_END;
      if (!ended_ && result != Z_OK && result != Z_BUF_ERROR) Damaged("has a member whose data cannot be inflated");
    }
    return most - stream_.avail_out;
  }

  beam::ByteSource& archive_;
  ZipEntry entry_;
  std::uint64_t left_;
  std::uint64_t read_ = 0;
  std::uint32_t crc_ = 0;
  z_stream stream_ = {};
  bool ended_ = false;
  std::array<Bytef, 32 << 10> packed_;
};

}  // namespace

ZipReader::ZipReader(beam::ByteSource& source) : source_(source), size_(source.Size().value_or(0)) {
  // The end is the last thing in the file but for a comment of up to 64 KiB.
  const std::uint64_t window = std::min<std::uint64_t>(size_, kEndBytes + 0xFFFF);
  const std::uint64_t window_at = size_ - window;
  const std::string tail = ReadAt(window_at, window);
  std::size_t at = tail.rfind("PK\5\6"sv);
  while (at != std::string::npos && tail.size() - at < kEndBytes)
    at = at == 0 ? std::string::npos : tail.rfind("PK\5\6"sv, at - 1);
  if (at == std::string::npos) {
    const bool begins_as_one = size_ >= 4 && ReadAt(0, 4) == "PK\3\4"sv;
    throw FeatureError(begins_as_one ? "truncated: the zip archive ends before its directory"
                                     : "not an npz file: it does not end as a zip archive");
  }
  std::uint64_t count = Field(tail, at + 10, 2);
  std::uint64_t directory_bytes = Field(tail, at + 12, 4);
  std::uint64_t directory_at = Field(tail, at + 16, 4);
  if (at >= kLocatorBytes && tail.compare(at - kLocatorBytes, 4, "PK\6\7"sv) == 0) {
    const std::string end64 = ReadAt(Field(tail, at - kLocatorBytes + 8, 8), kEnd64Bytes);
    if (end64.size() < kEnd64Bytes || !end64.starts_with("PK\6\6"sv)) Damaged("has no 64-bit end where it says");
    count = Field(end64, 32, 8);
    directory_bytes = Field(end64, 40, 8);
    directory_at = Field(end64, 48, 8);
  }
  if (directory_at > size_ || directory_bytes > size_ - directory_at || count > directory_bytes / kEntryBytes) {
    Damaged("has a directory that lies beyond it");
  }
  ReadDirectory(ReadAt(directory_at, directory_bytes), count);
}

std::string ZipReader::ReadAt(std::uint64_t offset, std::uint64_t count) {
  source_.Seek(offset);
  return BytesReader(source_).UpTo(count);
}

void ZipReader::ReadDirectory(const std::string& bytes, std::uint64_t count) {
  std::string_view rest = bytes;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (rest.size() < kEntryBytes || !rest.starts_with("PK\1\2"sv)) Damaged("has a directory that breaks off");
    const auto name_bytes = static_cast<std::size_t>(Field(rest, 28, 2));
    const auto extra_bytes = static_cast<std::size_t>(Field(rest, 30, 2));
    const auto comment_bytes = static_cast<std::size_t>(Field(rest, 32, 2));
    const std::size_t all = kEntryBytes + name_bytes + extra_bytes + comment_bytes;
    if (rest.size() < all) Damaged("has a directory that breaks off");
    ZipEntry entry;
    entry.flags = static_cast<std::uint16_t>(Field(rest, 8, 2));
    entry.method = static_cast<std::uint16_t>(Field(rest, 10, 2));
    entry.crc = static_cast<std::uint32_t>(Field(rest, 16, 4));
    entry.packed_bytes = Field(rest, 20, 4);
    entry.bytes = Field(rest, 24, 4);
    entry.header_at = Field(rest, 42, 4);
    entry.name = rest.substr(kEntryBytes, name_bytes);
    UseZip64(rest.substr(kEntryBytes + name_bytes, extra_bytes), entry);
    entries_.push_back(std::move(entry));
    rest.remove_prefix(all);
  }
}

std::unique_ptr<beam::ByteSource> ZipReader::Open(const ZipEntry& entry) {
  if ((entry.flags & 1) != 0) throw FeatureError("the zip archive is encrypted, which is not supported");
  if (entry.method != kStored && entry.method != kDeflated) {
    throw FeatureError("the zip archive is compressed by method " + std::to_string(entry.method)
                       + ": stored and deflated members are supported");
  }
  const std::string local = entry.header_at < size_ ? ReadAt(entry.header_at, kLocalBytes) : "";
  if (local.size() < kLocalBytes || !local.starts_with("PK\3\4"sv)) Damaged("has no member where its directory says");
  const std::uint64_t data_at = entry.header_at + kLocalBytes + Field(local, 26, 2) + Field(local, 28, 2);
  if (data_at > size_ || entry.packed_bytes > size_ - data_at) {
    throw FeatureError("truncated: a member of the zip archive goes beyond its end");
  }
  const bool plausible = entry.method == kStored ? entry.bytes == entry.packed_bytes
                                                 : entry.bytes / kMostPerPackedByte <= entry.packed_bytes;
  if (!plausible) Damaged("has a member whose sizes contradict each other");
  source_.Seek(data_at);
  return std::make_unique<Member>(source_, entry);
}

}  // namespace klay::internal
