// Fuzzes the decoder: any bytes end as audio or as a beam::Error, whichever way damage is treated. No crash, no leak,
// no hang, no memory beyond the budget. Of sound files, a part is what is there of the whole, to the bit.
//
// Most mutations of an Ogg or FLAC file die at its checksums. The mutator therefore puts half of them right again.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

#include "klay/audio/crc.h"
#include "klay/audio/flac_header.h"
#include "klay/audio/load_waveform.h"
#include "klay/audio/memory_byte_source.h"
#include "klay/audio/ogg_page.h"

namespace {

constexpr std::uint64_t kMemory = std::uint64_t{64} << 20;

void PutOggChecksums(std::uint8_t* data, std::size_t size) {
  const klay::internal::ByteView bytes(data, size);
  for (std::size_t at = 0; (at = klay::internal::FindOggCapture(bytes, at)) < size; at += 4) {
    const klay::internal::ByteView page = bytes.subspan(at);
    const std::size_t page_size = klay::internal::OggPageBytes(page);
    if (page_size == 0 || page_size > page.size()) continue;
    std::memset(data + at + 22, 0, 4);
    const std::uint32_t crc = klay::internal::OggCrc(0, page.first(page_size));
    for (std::size_t i = 0; i < 4; ++i) data[at + 22 + i] = static_cast<std::uint8_t>(crc >> (8 * i));
  }
}

void PutFlacChecksums(std::uint8_t* data, std::size_t size) {
  const klay::internal::ByteView bytes(data, size);
  if (size < 42 || std::memcmp(data, "fLaC", 4) != 0) return;
  const auto info = klay::internal::ParseFlacStreamInfo(bytes.subspan(8));
  if (!info) return;
  std::size_t frame = 0;
  for (std::size_t at = 42; at <= size; ++at) {
    if (at < size && !klay::internal::ParseFlacFrameHeader(bytes.subspan(at), *info)) continue;
    if (frame != 0 && at - frame > 2) {
      const std::uint16_t crc = klay::internal::FlacCrc16(0, bytes.subspan(frame, at - frame - 2));
      data[at - 2] = static_cast<std::uint8_t>(crc >> 8);
      data[at - 1] = static_cast<std::uint8_t>(crc);
    }
    frame = at;
  }
}

// Whether a part that begins `begin` frames into the signal, and ends with it, is not what `whole` has there.
bool PartDiffers(const klay::Waveform& whole, std::int64_t begin, const klay::Waveform& part) {
  if (part.frames() != whole.frames() - begin || part.channels() != whole.channels()) return true;
  for (int c = 0; c < part.channels(); ++c) {
    const auto expected = whole.channel(c).subspan(static_cast<std::size_t>(begin));
    if (std::memcmp(part.channel(c).data(), expected.data(), expected.size_bytes()) != 0) return true;
  }
  return false;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  size = LLVMFuzzerMutate(data, size, max_size);
  if (seed % 2 == 0) {
    PutOggChecksums(data, size);
    PutFlacChecksums(data, size);
  }
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  beam::MemoryBudget budget(kMemory);
  klay::DecodeOptions options;
  options.memory = &budget;
  for (const klay::OnDamage on_damage : {klay::OnDamage::kFail, klay::OnDamage::kKeep}) {
    options.on_damage = on_damage;
    klay::MemoryByteSource source(std::string(reinterpret_cast<const char*>(data), size), "input",
                                  {.tells_size = size % 2 == 0});
    try {
      const klay::LoadedAudio audio = klay::LoadWaveform(source, options);
      const auto& wave = audio.waveform;
      if (wave.channels() < 1 || wave.sample_rate() < 1 || audio.report.frames != wave.frames()
          || audio.report.concealed_frames > wave.frames()
          || audio.report.damaged() != !audio.report.DamageText().empty()) {
        std::fprintf(stderr, "the report contradicts the signal\n");
        std::abort();
      }
      const std::int64_t begin = wave.frames() / 5 * 3;
      // Seconds that are cut down to just this frame.
      const double start = (static_cast<double>(begin) + 0.5) / wave.sample_rate();
      source.Seek(0);
      beam::MemoryBudget other_budget(kMemory);
      klay::DecodeOptions other = options;
      other.memory = &other_budget;
      const klay::LoadedAudio part = klay::LoadWaveform(source, {.decode = other, .start_seconds = start});
      if (!audio.report.damaged() && PartDiffers(wave, begin, part.waveform)) {
        std::fprintf(stderr, "the part from frame %lld on is not that of the whole\n", static_cast<long long>(begin));
        std::abort();
      }
    } catch (const beam::Error& error) {
      if (std::strlen(error.what()) == 0) std::abort();
    }
    if (budget.used() != 0) std::abort();
  }
  return 0;
}
