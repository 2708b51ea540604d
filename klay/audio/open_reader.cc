#include "klay/audio/open_reader.h"

#include <cstring>
#include <string_view>
#include <utility>

#include "klay/audio/audio_error.h"
#include "klay/audio/container_reader.h"
#include "klay/audio/flac_reader.h"
#include "klay/audio/mp3_reader.h"
#include "klay/audio/ogg_reader.h"
#include "klay/audio/packet_decoder.h"
#include "klay/audio/wav_header.h"
#include "klay/audio/wav_reader.h"

namespace klay::internal {
namespace {

// Moves past ID3v2 tags, of which there may be several. Returns whether there was one.
bool SkipId3v2(BufferedSource& source) {
  bool any = false;
  while (const std::uint64_t size = Id3v2Size(source.Peek(10))) {
    any = true;
    const std::uint64_t end = source.position() + size;
    if (source.size() && end > *source.size()) throw AudioError("truncated: the file ends within its ID3 tag");
    source.Seek(end);
  }
  return any;
}

bool StartsWith(BufferedSource& source, std::string_view magic) {
  const ByteView bytes = source.Peek(magic.size());
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

std::unique_ptr<PacketReader> OpenPackets(BufferedSource& source, DamageLog& damage, DecodeReport& report) {
  const bool tagged = SkipId3v2(source);
  if (StartsWith(source, "fLaC")) return std::make_unique<FlacReader>(source, damage, report);
  if (StartsWith(source, "OggS")) {
    if (auto ogg = OggReader::Open(source, damage, report)) return ogg;
  }
  // Cheap, and certain at the very beginning. Further in it could be a part of another format, so that comes last.
  const auto mp3 = FindMp3(source);
  if (mp3 == 0) return std::make_unique<Mp3Reader>(source, 0, damage, report);
  const ByteView beginning = source.Peek(BufferedSource::kDefaultCapacity);
  const AVInputFormat* format = RecogniseContainer(beginning);
  if (mp3 && (format == nullptr || std::string_view(format->name) == "mp3")) {
    return std::make_unique<Mp3Reader>(source, *mp3, damage, report);
  }
  if (format == nullptr && tagged) throw AudioError("there is an ID3 tag, but no audio behind it");
  if (format == nullptr) throw NotAudioError("not audio: its content is of no known audio format");
  source.Seek(0);
  return std::make_unique<ContainerReader>(*format, source, damage, report);
}

}  // namespace

std::unique_ptr<BlockReader> OpenReader(BufferedSource& source, const DecodeOptions& options, DamageLog& damage,
                                        DecodeReport& report) {
  InitFfmpeg();
  const ByteView beginning = source.Peek(12);
  if (beginning.empty()) throw AudioError("the file is empty");
  if (LooksLikeWav(beginning)) {
    const WavHeader header = ReadWavHeader(source);
    if (header.samples) return std::make_unique<WavReader>(source, header, options, damage, report);
    source.Seek(0);
  }
  return std::make_unique<PacketDecoder>(OpenPackets(source, damage, report), source.size(), options, damage, report);
}

}  // namespace klay::internal
