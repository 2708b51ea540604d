#include "beam/io/decoder.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>

#include "beam/base/error.h"

namespace beam::internal {
namespace {

unsigned int Clamp(std::size_t size) {
  return static_cast<unsigned int>(std::min<std::size_t>(size, std::numeric_limits<unsigned int>::max()));
}

// gzip and zlib.
class ZlibDecoder final : public Decoder {
 public:
  explicit ZlibDecoder(int window_bits) {
    if (inflateInit2(&stream_, window_bits) != Z_OK) throw std::bad_alloc();
  }
  ~ZlibDecoder() override { inflateEnd(&stream_); }
  ZlibDecoder(const ZlibDecoder&) = delete;

  Progress Decode(const char* in, std::size_t in_size, char* out, std::size_t out_size, bool) override {
    // zlib does not write through next_in; its type only lacks the const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in));
    stream_.avail_in = Clamp(in_size);
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = Clamp(out_size);
    const std::size_t in_given = stream_.avail_in;
    const std::size_t out_given = stream_.avail_out;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result == Z_NEED_DICT) throw Error("it needs a preset dictionary");
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      throw Error(stream_.msg != nullptr ? stream_.msg : "malformed data");
    }
    return {in_given - stream_.avail_in, out_given - stream_.avail_out, result == Z_STREAM_END};
  }

  void Reset() override { inflateReset(&stream_); }

 private:
  z_stream stream_{};
};

class Bzip2Decoder final : public Decoder {
 public:
  Bzip2Decoder() { Start(); }
  ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&stream_); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;

  Progress Decode(const char* in, std::size_t in_size, char* out, std::size_t out_size, bool) override {
    stream_.next_in = const_cast<char*>(in);
    stream_.avail_in = Clamp(in_size);
    stream_.next_out = out;
    stream_.avail_out = Clamp(out_size);
    const std::size_t in_given = stream_.avail_in;
    const std::size_t out_given = stream_.avail_out;
    const int result = BZ2_bzDecompress(&stream_);
    switch (result) {
      case BZ_OK:
      case BZ_STREAM_END: break;
      case BZ_MEM_ERROR: throw std::bad_alloc();
      case BZ_DATA_ERROR_MAGIC: throw Error("not bzip2 data");
      default: throw Error("malformed data or a wrong checksum");
    }
    return {in_given - stream_.avail_in, out_given - stream_.avail_out, result == BZ_STREAM_END};
  }

  void Reset() override {
    BZ2_bzDecompressEnd(&stream_);
    Start();
  }

 private:
  void Start() {
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
  }

  bz_stream stream_{};
};

// xz and "lzma alone", told apart by their first bytes. The library itself joins streams and skips padding.
class XzDecoder final : public Decoder {
 public:
  XzDecoder() { Reset(); }
  ~XzDecoder() override { lzma_end(&stream_); }
  XzDecoder(const XzDecoder&) = delete;

  Progress Decode(const char* in, std::size_t in_size, char* out, std::size_t out_size, bool last) override {
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(in);
    stream_.avail_in = in_size;
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out);
    stream_.avail_out = out_size;
    const lzma_ret result = lzma_code(&stream_, last ? LZMA_FINISH : LZMA_RUN);
    switch (result) {
      case LZMA_OK:
      case LZMA_STREAM_END:
      case LZMA_BUF_ERROR: break;
      case LZMA_MEM_ERROR: throw std::bad_alloc();
      case LZMA_MEMLIMIT_ERROR: throw Error("its dictionary needs more than 256 MiB of memory");
      case LZMA_FORMAT_ERROR: throw Error("not xz or lzma data");
      case LZMA_OPTIONS_ERROR: throw Error("it uses options that this version of liblzma does not know");
      default: throw Error("malformed data or a wrong checksum");
    }
    return {in_size - stream_.avail_in, out_size - stream_.avail_out, result == LZMA_STREAM_END};
  }

  void Reset() override {
    constexpr std::uint64_t kMemoryLimit = std::uint64_t{256} << 20;
    if (lzma_auto_decoder(&stream_, kMemoryLimit, LZMA_CONCATENATED) != LZMA_OK) throw std::bad_alloc();
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

class ZstdDecoder final : public Decoder {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
  }
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }
  ZstdDecoder(const ZstdDecoder&) = delete;

  Progress Decode(const char* in, std::size_t in_size, char* out, std::size_t out_size, bool) override {
    ZSTD_inBuffer input{in, in_size, 0};
    ZSTD_outBuffer output{out, out_size, 0};
    const std::size_t result = ZSTD_decompressStream(context_, &output, &input);
    if (ZSTD_isError(result)) throw Error(ZSTD_getErrorName(result));
    return {input.pos, output.pos, result == 0};
  }

  void Reset() override { ZSTD_DCtx_reset(context_, ZSTD_reset_session_only); }

 private:
  ZSTD_DCtx* const context_;
};

}  // namespace

std::unique_ptr<Decoder> MakeDecoder(Compression compression) {
  constexpr int kGzipFormat = 16;  // added to zlib's window bits
  switch (compression) {
    case Compression::kGzip: return std::make_unique<ZlibDecoder>(MAX_WBITS + kGzipFormat);
    case Compression::kDeflate: return std::make_unique<ZlibDecoder>(MAX_WBITS);
    case Compression::kBzip2: return std::make_unique<Bzip2Decoder>();
    case Compression::kZstd: return std::make_unique<ZstdDecoder>();
    case Compression::kXz: return std::make_unique<XzDecoder>();
    case Compression::kAuto:
    case Compression::kNone: break;
  }
  throw Error("there is no decoder for compression " + std::to_string(static_cast<int>(compression))
              + ": use one of those that beam/io/compression.h names");
}

}  // namespace beam::internal
