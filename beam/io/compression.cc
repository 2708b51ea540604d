#include "beam/io/compression.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/decoder.h"
#include "beam/io/path_text.h"

namespace beam {
namespace {

constexpr std::size_t kBufferSize = 64 * 1024;

struct Format {
  std::string_view suffix;
  Compression compression;
};

constexpr Format kFormats[] = {
    {".gz", Compression::kGzip},  {".bz2", Compression::kBzip2}, {".deflate", Compression::kDeflate},
    {".zst", Compression::kZstd}, {".zstd", Compression::kZstd}, {".xz", Compression::kXz},
    {".lzma", Compression::kXz},
};

char LowerCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EndsWithIgnoringCase(std::string_view text, std::string_view lower_case_end) {
  if (text.size() < lower_case_end.size()) return false;
  const std::string_view end = text.substr(text.size() - lower_case_end.size());
  return std::equal(end.begin(), end.end(), lower_case_end.begin(), [](char a, char b) { return LowerCase(a) == b; });
}

// Whether several streams may follow each other in one file. (liblzma joins those of xz itself.)
bool AllowsSeveralStreams(Compression compression) {
  return compression == Compression::kGzip || compression == Compression::kBzip2 || compression == Compression::kZstd;
}

class DecompressingSource final : public ByteSource {
 public:
  DecompressingSource(std::unique_ptr<ByteSource> inner, Compression compression)
      : inner_(std::move(inner)), compression_(compression), decoder_(internal::MakeDecoder(compression)) {}

  std::size_t Read(void* out, std::size_t size) override {
    if (size == 0 || !SkipToTarget()) return 0;
    const std::size_t count = Decode(static_cast<char*>(out), size);
    position_ += count;
    target_ = position_;
    return count;
  }

  void Seek(std::uint64_t offset) override {
    if (offset < position_) StartOver();
    target_ = offset;
  }

  std::optional<std::uint64_t> Size() const override { return std::nullopt; }
  const std::string& path() const override { return inner_->path(); }

 private:
  enum class State { kBeforeStream, kInStream, kAfterStream, kOver };

  // Decodes and forgets up to where Seek() went; false if the data ends before.
  bool SkipToTarget() {
    if (position_ < target_ && !scratch_) scratch_ = std::make_unique_for_overwrite<char[]>(kBufferSize);
    while (position_ < target_) {
      const std::size_t count = Decode(scratch_.get(), std::min<std::uint64_t>(kBufferSize, target_ - position_));
      if (count == 0) return false;
      position_ += count;
    }
    return true;
  }

  void StartOver() {
    inner_->Seek(0);
    decoder_->Reset();
    state_ = State::kBeforeStream;
    input_next_ = input_size_ = 0;
    input_over_ = false;
    position_ = 0;
  }

  // Up to `size` decoded bytes; 0 at the true end.
  std::size_t Decode(char* out, std::size_t size) {
    while (state_ != State::kOver) {
      if (input_next_ == input_size_ && !input_over_) FillInput();
      if (state_ == State::kAfterStream && !StartNextStream()) continue;
      const internal::Decoder::Progress progress = DecodeOnce(out, size);
      input_next_ += progress.consumed;
      if (progress.ended) {
        state_ = State::kAfterStream;
      } else if (progress.consumed > 0) {
        state_ = State::kInStream;
      } else if (progress.produced == 0 && input_next_ == input_size_ && input_over_) {
        ThrowEndsEarly();
      }
      if (progress.produced > 0) return progress.produced;
    }
    return 0;
  }

  // Between two streams. False if the input is over, or more of it is needed to tell what follows.
  bool StartNextStream() {
    if (compression_ == Compression::kGzip) {
      while (input_next_ < input_size_ && input_[input_next_] == '\0') ++input_next_;
    }
    if (input_next_ == input_size_) {
      if (input_over_) state_ = State::kOver;
      return false;
    }
    if (!AllowsSeveralStreams(compression_)) ThrowDamaged("something follows its end");
    decoder_->Reset();
    state_ = State::kBeforeStream;
    return true;
  }

  internal::Decoder::Progress DecodeOnce(char* out, std::size_t size) {
    try {
      return decoder_->Decode(input_.get() + input_next_, input_size_ - input_next_, out, size, input_over_);
    } catch (const Error& error) {
      ThrowDamaged(error.what());
    }
  }

  void FillInput() {
    if (!input_) input_ = std::make_unique_for_overwrite<char[]>(kBufferSize);
    input_next_ = 0;
    input_size_ = 0;
    input_size_ = inner_->Read(input_.get(), kBufferSize);
    input_over_ = input_size_ == 0;
  }

  [[noreturn]] void ThrowEndsEarly() const {
    ThrowDamaged(state_ == State::kInStream || position_ > 0 ? "it ends before its data is complete"
                                                             : "it has no data, not even a header");
  }

  [[noreturn]] void ThrowDamaged(const std::string& what) const {
    throw Error("the compressed file " + internal::Quoted(path()) + " is damaged: " + what + " (after "
                + std::to_string(position_) + " decompressed bytes); get a whole copy of it");
  }

  const std::unique_ptr<ByteSource> inner_;
  const Compression compression_;
  const std::unique_ptr<internal::Decoder> decoder_;
  State state_ = State::kBeforeStream;
  std::unique_ptr<char[]> input_;
  std::size_t input_next_ = 0;
  std::size_t input_size_ = 0;
  bool input_over_ = false;
  std::uint64_t position_ = 0;
  std::uint64_t target_ = 0;  // where the next Read() starts
  std::unique_ptr<char[]> scratch_;
};

}  // namespace

Compression CompressionOf(std::string_view path) {
  for (const Format& format : kFormats) {
    if (EndsWithIgnoringCase(path, format.suffix)) return format.compression;
  }
  return Compression::kNone;
}

std::unique_ptr<ByteSource> Decompress(std::unique_ptr<ByteSource> source, Compression compression) {
  if (compression == Compression::kAuto) compression = CompressionOf(source->path());
  if (compression == Compression::kNone) return source;
  return std::make_unique<DecompressingSource>(std::move(source), compression);
}

}  // namespace beam
