#include "klay/transforms/encode_audio.h"

#include <cstring>
#include <utility>

#include "beam/base/byte_sink.h"
#include "beam/base/error.h"
#include "klay/audio/encoder.h"
#include "klay/transforms/skip_completed.h"

namespace klay {
namespace {

class ContentSink : public beam::ByteSink {
 public:
  explicit ContentSink(beam::FileContent& content) : content_(content) {}

  void Write(const void* data, std::size_t size) override {
    const auto* const bytes = static_cast<const std::byte*>(data);
    content_.bytes.insert(content_.bytes.end(), bytes, bytes + size);
  }
  bool CanRewrite() const override { return true; }
  void Rewrite(std::uint64_t offset, const void* data, std::size_t size) override {
    std::memcpy(content_.bytes.data() + offset, data, size);
  }
  void Finish() override {}
  const std::string& path() const override { return content_.path; }

 private:
  beam::FileContent& content_;
};

// Whether files with this suffix are taken for another format.
bool Misleads(const std::string& suffix, AudioFormat format) {
  const std::size_t dot = suffix.rfind('.');
  if (dot == std::string::npos) return false;
  try {
    const AudioFormat named = ParseAudioFormat(suffix.substr(dot));
    return named != format && !(named == AudioFormat::kOgg && format == AudioFormat::kOpus);
  } catch (const beam::UsageError&) {
    return false;  // it names none
  }
}

}  // namespace

void EncodeAudio::Validate() const {
  if (source_dir.empty() != target_dir.empty()) {
    throw beam::UsageError("EncodeAudio has one of source_dir and target_dir: give both or neither");
  }
  if (Misleads(target_suffix, encode.format)) {
    throw beam::UsageError("EncodeAudio would write " + std::string(AudioFormatName(encode.format))
                           + " into files that end in '" + target_suffix + "': set encode.format");
  }
  CheckOptions(encode);
}

internal::Checked EncodeAudio::Setup() const {
  Validate();
  return {};
}

void EncodeAudio::ProcessElement(internal::Checked&, const AudioFile& file,
                                 beam::Output<beam::FileContent, "files"> files,
                                 beam::Output<Failure, "failed"> failed) const {
  beam::FileContent content;
  const bool done = internal::Try(file.path, failed, [&] {
    content.path = TargetPath(file.path, source_suffix, target_suffix, source_dir, target_dir);
    if (content.path == file.path) throw beam::Error("its target would replace it: choose another folder or suffix");
    ContentSink sink(content);
    EncodeWaveform(sink, file.audio, encode);
  });
  if (done) files.Emit(std::move(content));
}

}  // namespace klay
