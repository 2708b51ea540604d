// What the decoder is asked to do, and what it says about a file. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace beam {
class MemoryBudget;
}

namespace klay {

// What happens when a file is found to be truncated or damaged.
enum class OnDamage {
  kFail,  // AudioError, saying what was expected and what was found
  kKeep,  // decode what there is; what cannot be decoded becomes silence of the same length where the format's own
          // timestamps tell it, and DecodeReport::damage says so in words
};

struct DecodeOptions {
  OnDamage on_damage = OnDamage::kFail;
  // A header may claim anything; more than this is an AudioError.
  int max_channels = 255;
  int max_sample_rate = 768000;
  // Where LoadWaveform() reserves its memory. Null: beam::MemoryBudget::Process().
  beam::MemoryBudget* memory = nullptr;
};

struct AudioInfo {
  std::string container;  // "wav", "mp3", "flac", "ogg", "mov", ... (FFmpeg's short names)
  std::string codec;      // "pcm_s16le", "mp3", "vorbis", ...
  int channels = 0;
  int sample_rate = 0;  // in Hz
  int bit_depth = 0;    // of a stored sample; 0 for lossy codecs, which store none
  // The exact length the file promises, encoder delay and padding already taken off, and what promises it, such as
  // "the FLAC header". Nothing where the format does not tell.
  std::optional<std::int64_t> frames_from_header;
  std::string frames_source;
  // A guess of the length for formats that do not promise one, from bit rate and file size.
  std::optional<std::int64_t> frames_estimate;
};

struct DecodeReport {
  AudioInfo info;
  std::int64_t frames = 0;            // delivered so far, silence in place of lost audio included
  std::int64_t skipped_frames = 0;    // by AudioDecoder::Skip(), before and between those
  std::int64_t concealed_frames = 0;  // of these, silence in place of lost audio
  // What was wrong, one clause each, in the order found, at most kMaxDamageTexts of them; damage_count is the full
  // number.
  std::vector<std::string> damage;
  std::int64_t damage_count = 0;

  static constexpr std::size_t kMaxDamageTexts = 10;

  bool damaged() const { return damage_count > 0; }
  double seconds() const { return info.sample_rate == 0 ? 0 : static_cast<double>(frames) / info.sample_rate; }
  // All of `damage` as one line; empty if nothing was wrong.
  std::string DamageText() const;
};

}  // namespace klay
