// What an encoder is asked for. Plain data, and the words for it on a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace klay {

enum class AudioFormat { kWav, kAiff, kFlac, kMp3, kOgg, kOpus, kM4a };  // kOgg is Vorbis, kOpus is Opus in Ogg

// How one sample is stored. Integers are signed, but for the 8 bits of a WAV file.
enum class BitDepth { kInt8, kInt16, kInt24, kInt32, kFloat32, kFloat64 };

// From a float to an integer of b bits; full scale, 1.0, is 2^(b-1). Whatever lies beyond saturates, infinities too.
enum class Quantisation {
  kRound,  // to the nearest integer, of two to the even one; NaN becomes 0
  // What klay_beam's numpy_to_wav makes of it, bit for bit: rounded to 32 bits, then cut down to the lower integer; NaN
  // becomes the lowest number.
  kFloor,
};

struct EncodeOptions {
  AudioFormat format = AudioFormat::kWav;

  // wav: any. aiff: any. flac: kInt16, kInt24. Nothing: kInt16. (klay_beam's bit_depth of 32 and 64 is kFloat32 and
  // kFloat64.) The lossy formats have none.
  std::optional<BitDepth> bit_depth = std::nullopt;
  Quantisation quantisation = Quantisation::kRound;
  // Adds noise of triangular density, two steps wide, before rounding to 8, 16 or 24 bits, so that the error does not
  // depend on the signal. The same for the same seed, however the signal is cut into blocks. Not with kFloor.
  bool dither = false;

  // In bits a second, of all channels together. mp3: constant. ogg: nominal, on average. opus: on average. m4a: on
  // average. Nothing, and no `quality`: mp3 256000, or what its lower rates allow; opus 64000 a channel, 96000 a pair;
  // m4a 64000 a channel; ogg by its default quality.
  std::optional<int> bitrate = std::nullopt;
  // Variable bit rate by a quality, in the encoder's own terms. mp3: LAME's -V, 0 (best) to 9.999. ogg: Vorbis' -q, -1
  // to 10 (best); 4 if nothing is said. Either this or `bitrate`.
  std::optional<double> quality = std::nullopt;
  // How much work is done for the same bit rate, in the encoder's own terms. flac: 0 to 12 (smallest files), default 5.
  // mp3: LAME's -q, 0 (best) to 9 (fastest), default 3. opus: 0 to 10 (best), default 10.
  std::optional<int> effort = std::nullopt;

  // The exact length, if it is known before the first sample. Then nothing needs to be rewritten, save that flac and
  // mp3 go without checksum and seek table; a WAV header is the plain one of 44 bytes. Finish() fails if another number
  // of frames has come, unless the sink lets the header be corrected.
  std::optional<std::int64_t> expected_frames = std::nullopt;

  // Of the dither, and of the serial number that Ogg wants to be different in files that are put behind each other.
  std::uint64_t seed = 0;
};

// "wav", ".WAV", "aif", "flac", "mp3", "ogg", "opus", "m4a", ...: an extension with or without its dot. Throws
// beam::UsageError, naming the ones there are.
AudioFormat ParseAudioFormat(std::string_view name);
std::string_view AudioFormatName(AudioFormat format);

// "8", "16", "24", "32", "32f", "64f". Throws beam::UsageError.
BitDepth ParseBitDepth(std::string_view name);
std::string_view BitDepthName(BitDepth depth);
int BytesPerSample(BitDepth depth);

// Throws beam::UsageError for options that fit no signal at all: a field the format does not know, a value out of its
// range. What depends on the signal (rates, channels) is found by AudioEncoder.
void CheckOptions(const EncodeOptions& options);

// As above, and AudioError if the format does not hold such a signal, naming the nearest that it does hold.
void CheckEncoding(const EncodeOptions& options, int channels, int sample_rate);

// The sample rates that a format is limited to; empty where it takes any within its range.
const std::vector<int>& LegalSampleRates(AudioFormat format);

}  // namespace klay
