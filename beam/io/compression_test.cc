#include "beam/io/compression.h"

#include <bzlib.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <functional>
#include <random>

#include "beam/io/memory_file_system.h"
#include "beam/io/test_files.h"

namespace beam {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing_files::ErrorOf;
using testing_files::ReadWhole;

std::string ZlibCompress(const std::string& data, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Gzip(const std::string& data) { return ZlibCompress(data, MAX_WBITS + 16); }
std::string Deflate(const std::string& data) { return ZlibCompress(data, MAX_WBITS); }

std::string Bzip2(const std::string& data) {
  auto size = static_cast<unsigned int>(data.size() + data.size() / 100 + 1000);
  std::string out(size, '\0');
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(data.data()),
                                     static_cast<unsigned int>(data.size()), 1, 0, 0),
            BZ_OK);
  out.resize(size);
  return out;
}

std::string Zstd(const std::string& data) {
  std::string out(ZSTD_compressBound(data.size()), '\0');
  // Level 1, with a checksum, as the zstd program does.
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  out.resize(ZSTD_compress2(context, out.data(), out.size(), data.data(), data.size()));
  ZSTD_freeCCtx(context);
  return out;
}

std::string RunEncoder(lzma_stream& stream, const std::string& data) {
  std::string out(data.size() * 2 + 10000, '\0');
  stream.next_in = reinterpret_cast<const std::uint8_t*>(data.data());
  stream.avail_in = data.size();
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = out.size();
  EXPECT_EQ(lzma_code(&stream, LZMA_FINISH), LZMA_STREAM_END);
  out.resize(stream.total_out);
  lzma_end(&stream);
  return out;
}

std::string Xz(const std::string& data) {
  lzma_stream stream = LZMA_STREAM_INIT;
  EXPECT_EQ(lzma_easy_encoder(&stream, 1, LZMA_CHECK_CRC64), LZMA_OK);
  return RunEncoder(stream, data);
}

std::string Lzma(const std::string& data) {
  lzma_stream stream = LZMA_STREAM_INIT;
  lzma_options_lzma options;
  EXPECT_FALSE(lzma_lzma_preset(&options, 1));
  EXPECT_EQ(lzma_alone_encoder(&stream, &options), LZMA_OK);
  return RunEncoder(stream, data);
}

// Compressible, and long enough to need several buffers on either side.
std::string TestData() {
  std::string data;
  std::mt19937 random(3);
  while (data.size() < 700000) {
    data += "line " + std::to_string(random() % 100000) + "\n";
    if (random() % 3 == 0) data += std::string(random() % 50, static_cast<char>(random()));
  }
  return data;
}

struct Format {
  std::string suffix;
  std::function<std::string(const std::string&)> compress;
  bool several;    // streams may follow each other
  bool all_bytes;  // a checksum protects the content
};

void PrintTo(const Format& format, std::ostream* out) { *out << format.suffix; }

class CompressionFormat : public testing::TestWithParam<Format> {
 protected:
  std::unique_ptr<ByteSource> Open(const std::string& compressed) {
    MemoryFileSystem files;
    const std::string path = "mem://data" + GetParam().suffix;
    files.Put(path, compressed);
    return Decompress(files.OpenRead(path), Compression::kAuto);
  }
  std::string Compress(const std::string& data) { return GetParam().compress(data); }
};

TEST_P(CompressionFormat, GivesTheContentInAnySteps) {
  const std::string data = TestData();
  const std::string compressed = Compress(data);
  for (const std::size_t step : {1u, 1000u, 65536u, 1000000u}) {
    const std::unique_ptr<ByteSource> source = Open(compressed);
    ASSERT_TRUE(ReadWhole(*source, step) == data) << step;
    char c;
    EXPECT_EQ(source->Read(&c, 1), 0u);
    EXPECT_EQ(source->Size(), std::nullopt);
  }
  EXPECT_EQ(ReadWhole(*Open(Compress(""))), "");
}

TEST_P(CompressionFormat, SeeksByGoingOnOrStartingOver) {
  const std::string data = TestData();
  const std::unique_ptr<ByteSource> source = Open(Compress(data));
  for (const std::size_t offset : {100000u, 600000u, 5u, 5u, 0u, 699999u, 200000u}) {
    char part[100];
    source->Seek(offset);
    const std::size_t count = source->Read(part, sizeof part);
    ASSERT_GT(count, 0u);
    EXPECT_EQ(std::string(part, count), data.substr(offset, count)) << offset;
  }
  char c;
  source->Seek(data.size() + 1000);
  EXPECT_EQ(source->Read(&c, 1), 0u);
  source->Seek(0);
  EXPECT_TRUE(ReadWhole(*source) == data);
}

TEST_P(CompressionFormat, JoinsStreamsWhereTheFormatDoes) {
  const std::string first(100000, 'a');
  const std::string second = "and more";
  const std::string joined = Compress(first) + Compress(second);
  if (GetParam().several) {
    EXPECT_TRUE(ReadWhole(*Open(joined)) == first + second);
    EXPECT_TRUE(ReadWhole(*Open(Compress("") + joined + Compress(""))) == first + second);
  } else {
    EXPECT_THAT(ErrorOf([&] { ReadWhole(*Open(joined)); }), HasSubstr("is damaged"));
  }
}

TEST_P(CompressionFormat, NeverEndsQuietlyWhenCut) {
  const std::string data = TestData().substr(0, 100000);
  const std::string compressed = Compress(data);
  for (std::size_t size = 0; size < compressed.size(); size = size < 64 ? size + 1 : size + 997) {
    EXPECT_THAT(ErrorOf([&] { ReadWhole(*Open(compressed.substr(0, size))); }),
                AllOf(HasSubstr("\"mem://data" + GetParam().suffix + "\""), HasSubstr("is damaged")))
        << size;
  }
  for (std::size_t cut = 1; cut <= 24; ++cut) {
    EXPECT_THROW(ReadWhole(*Open(compressed.substr(0, compressed.size() - cut))), Error) << cut;
  }
  // The second of two streams.
  EXPECT_THROW(ReadWhole(*Open(compressed + compressed.substr(0, compressed.size() / 2))), Error);
  EXPECT_THROW(ReadWhole(*Open(compressed + compressed.substr(0, 3))), Error);
}

TEST_P(CompressionFormat, NoticesDamage) {
  const std::string data = TestData().substr(0, 100000);
  const std::string compressed = Compress(data);
  std::mt19937 random(5);
  int noticed = 0;
  for (int i = 0; i < 300; ++i) {
    std::string damaged = compressed;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
    try {
      // Bits that mean nothing (a time in a header) may change; the content may not, where a checksum protects it.
      const std::string content = ReadWhole(*Open(damaged));
      ASSERT_TRUE(content == data || !GetParam().all_bytes);
    } catch (const Error& error) {
      ASSERT_THAT(error.what(), HasSubstr("is damaged"));
      ++noticed;
    }
  }
  EXPECT_GT(noticed, GetParam().all_bytes ? 280 : 0);
}

TEST_P(CompressionFormat, RefusesOtherData) {
  EXPECT_THROW(ReadWhole(*Open("this is plain text, and not at all what the name says it is")), Error);
  EXPECT_THROW(ReadWhole(*Open(Compress("x") + "rubbish behind the end")), Error);
}

INSTANTIATE_TEST_SUITE_P(Formats, CompressionFormat,
                         testing::Values(Format{".gz", Gzip, true, true}, Format{".bz2", Bzip2, true, true},
                                         Format{".deflate", Deflate, false, true}, Format{".zst", Zstd, true, true},
                                         Format{".zstd", Zstd, true, true}, Format{".xz", Xz, true, true},
                                         Format{".lzma", Lzma, false, false}));

TEST(Compression, IsToldByTheEndOfTheName) {
  struct Case {
    const char* path;
    Compression compression;
  };
  for (const Case& c :
       {Case{"a.wav.gz", Compression::kGzip}, Case{"a.GZ", Compression::kGzip}, Case{"a.Bz2", Compression::kBzip2},
        Case{"a.deflate", Compression::kDeflate}, Case{"a.zst", Compression::kZstd}, Case{"a.zStd", Compression::kZstd},
        Case{"a.xz", Compression::kXz}, Case{"a.LZMA", Compression::kXz}, Case{".gz", Compression::kGzip},
        Case{"gz", Compression::kNone}, Case{"a.gz.wav", Compression::kNone}, Case{"a.zip", Compression::kNone},
        Case{"", Compression::kNone}}) {
    EXPECT_EQ(CompressionOf(c.path), c.compression) << c.path;
  }
}

TEST(Compression, MayBeNamedAgainstTheName) {
  MemoryFileSystem files;
  files.Put("mem://a.bin", Gzip("content"));
  files.Put("mem://b.gz", "plain");
  EXPECT_EQ(ReadWhole(*Decompress(files.OpenRead("mem://a.bin"), Compression::kGzip)), "content");
  EXPECT_EQ(ReadWhole(*Decompress(files.OpenRead("mem://b.gz"), Compression::kNone)), "plain");
}

TEST(Compression, GzipMayBePaddedWithZeros) {
  MemoryFileSystem files;
  files.Put("mem://a.gz", Gzip("one") + std::string(100000, '\0') + Gzip("two") + std::string(5, '\0'));
  EXPECT_EQ(ReadWhole(*Decompress(files.OpenRead("mem://a.gz"), Compression::kAuto)), "onetwo");
}

TEST(Compression, XzMayBePaddedWithZeros) {
  MemoryFileSystem files;
  files.Put("mem://a.xz", Xz("one") + std::string(8, '\0') + Xz("two"));
  EXPECT_EQ(ReadWhole(*Decompress(files.OpenRead("mem://a.xz"), Compression::kAuto)), "onetwo");
}

TEST(Compression, ABombIsReadPieceByPiece) {
  const std::string bomb = Gzip(std::string(64 << 20, '\0'));
  MemoryFileSystem files;
  files.Put("mem://bomb.gz", bomb + bomb + bomb);
  const std::unique_ptr<ByteSource> source = Decompress(files.OpenRead("mem://bomb.gz"), Compression::kAuto);
  std::vector<char> part(1 << 20);
  std::uint64_t total = 0;
  while (const std::size_t count = source->Read(part.data(), part.size())) total += count;
  EXPECT_EQ(total, std::uint64_t{3} * (64 << 20));
}

}  // namespace
}  // namespace beam
