#include "klay/feature/zip_writer.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "klay/audio/byte_writer.h"

namespace klay::internal {
namespace {

constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMost16 = std::numeric_limits<std::uint16_t>::max();
// The first of January 1980, so that equal contents are equal files.
constexpr std::uint64_t kDate = 0x21;

class Deflater {
 public:
  Deflater() {
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void Add(std::string_view bytes, bool last) {
    do {
      const std::size_t part = std::min<std::size_t>(bytes.size(), std::size_t{1} << 30);
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // only read
      stream_.avail_in = static_cast<uInt>(part);
      bytes.remove_prefix(part);
      Run(last && bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
    } while (!bytes.empty());
  }
  const std::string& packed() const { return packed_; }

 private:
  void Run(int flush) {
    Bytef out[32 << 10];
    do {
      stream_.next_out = out;
      stream_.avail_out = sizeof out;
      deflate(&stream_, flush);
      packed_.append(reinterpret_cast<const char*>(out), sizeof out - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_ = {};
  std::string packed_;
};

std::uint64_t Crc(std::uint64_t crc, std::string_view bytes) {
  return crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
}

}  // namespace

void ZipWriter::Write(std::string_view bytes) {
  sink_.Write(bytes.data(), bytes.size());
  written_ += bytes.size();
}

void ZipWriter::Add(const std::string& name, std::string_view first, std::string_view second, bool deflate) {
  Deflater deflater;
  if (deflate) {
    deflater.Add(first, false);
    deflater.Add(second, true);
  }
  const std::uint64_t bytes = first.size() + second.size();
  const std::uint64_t packed = deflate ? deflater.packed().size() : bytes;
  const bool large = bytes >= kMost32 || packed >= kMost32;
  const bool far = written_ >= kMost32;
  const bool ascii = std::ranges::all_of(name, [](char c) { return (c & 0x80) == 0; });
  const std::uint64_t crc = Crc(Crc(0, first), second);
  const auto common = [&](ByteWriter& out, std::uint64_t extra_bytes) {
    out.Little(large || far ? 45 : 20, 2).Little(ascii ? 0 : 0x800, 2).Little(deflate ? 8 : 0, 2).Little(0, 2);
    out.Little(kDate, 2).Little(crc, 4).Little(large ? kMost32 : packed, 4).Little(large ? kMost32 : bytes, 4);
    out.Little(name.size(), 2).Little(extra_bytes, 2);
  };
  const std::uint64_t offset = written_;

  ByteWriter entry;
  entry.Text("PK\1\2").Little(large || far ? 45 : 20, 2);
  const std::uint64_t values = (large ? 16U : 0U) + (far ? 8U : 0U);
  common(entry, values == 0 ? 0 : 4 + values);
  entry.Zeros(10).Little(far ? kMost32 : offset, 4).Text(name);
  if (values > 0) entry.Little(1, 2).Little(values, 2);
  if (large) entry.Little(bytes, 8).Little(packed, 8);
  if (far) entry.Little(offset, 8);
  directory_ += entry.bytes();
  ++count_;

  ByteWriter local;
  local.Text("PK\3\4");
  common(local, large ? 20 : 0);
  local.Text(name);
  if (large) local.Little(1, 2).Little(16, 2).Little(bytes, 8).Little(packed, 8);
  Write(local.bytes());
  if (deflate) {
    Write(deflater.packed());
  } else {
    Write(first);
    Write(second);
  }
}

void ZipWriter::Finish() {
  const std::uint64_t directory_at = written_;
  Write(directory_);
  const bool large = directory_at >= kMost32 || directory_.size() >= kMost32 || count_ >= kMost16;
  ByteWriter end;
  if (large) {
    const std::uint64_t end64_at = written_;
    end.Text("PK\6\6").Little(44, 8).Little(45, 2).Little(45, 2).Zeros(8).Little(count_, 8).Little(count_, 8);
    end.Little(directory_.size(), 8).Little(directory_at, 8);
    end.Text("PK\6\7").Zeros(4).Little(end64_at, 8).Little(1, 4);
  }
  end.Text("PK\5\6").Zeros(4).Little(std::min(count_, kMost16), 2).Little(std::min(count_, kMost16), 2);
  end.Little(std::min<std::uint64_t>(directory_.size(), kMost32), 4)
      .Little(std::min(directory_at, kMost32), 4)
      .Zeros(2);
  Write(end.bytes());
}

}  // namespace klay::internal
