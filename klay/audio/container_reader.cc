#include "klay/audio/container_reader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#include "beam/base/cancel.h"
#include "klay/audio/audio_error.h"
#include "klay/audio/declared_size.h"

namespace klay::internal {
namespace {

using namespace std::string_view_literals;

// FFmpeg's names, first of each list. What is not here is refused: pictures, subtitles, playlists, network protocols.
constexpr std::array kAllowed = {
    "aac"sv, "ac3"sv,    "aiff"sv, "amr"sv,   "amrnb"sv,  "amrwb"sv,      "ape"sv, "asf"sv, "au"sv,       "avi"sv,
    "caf"sv, "dsf"sv,    "dts"sv,  "dtshd"sv, "eac3"sv,   "flac"sv,       "flv"sv, "iff"sv, "matroska"sv, "mov"sv,
    "mp3"sv, "mpc"sv,    "mpc8"sv, "mpeg"sv,  "mpegts"sv, "nistsphere"sv, "ogg"sv, "oma"sv, "rm"sv,       "sox"sv,
    "tak"sv, "truehd"sv, "tta"sv,  "voc"sv,   "w64"sv,    "wav"sv,        "wv"sv,  "xwma"sv};

// Demuxers whose header gives the length in samples, and whose decoders give exactly that many.
constexpr std::array kExactLength = {"aiff"sv, "ape"sv, "au"sv, "caf"sv, "flac"sv, "tta"sv, "w64"sv, "wav"sv, "wv"sv};

// Demuxers that, of plain samples, find any frame by its number alone.
constexpr std::array kSeekToTheFrame = {"aiff"sv, "au"sv, "caf"sv, "w64"sv, "wav"sv};

// The magic numbers of the usual formats, so that FFmpeg need not ask its three hundred demuxers.
struct Magic {
  std::size_t at;
  std::string_view bytes;
  const char* format;
};
constexpr std::array kMagic = {
    Magic{4, "ftyp"sv, "mov"},
    Magic{0, "\x1A\x45\xDF\xA3"sv, "matroska"},
    Magic{0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, "asf"},
    Magic{0, "OggS"sv, "ogg"},
    Magic{0, "fLaC"sv, "flac"},
    Magic{0, "caff"sv, "caf"},
    Magic{0, ".snd"sv, "au"},
    Magic{8, "AIFF"sv, "aiff"},
    Magic{8, "AIFC"sv, "aiff"},
    Magic{8, "WAVE"sv, "wav"},
    Magic{0, "wvpk"sv, "wv"},
};

std::string_view FirstName(const AVInputFormat& format) {
  const std::string_view names = format.name;
  return names.substr(0, names.find(','));
}

int RefuseOpen(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR(EACCES); }

bool IsPcm(AVCodecID id) { return id >= AV_CODEC_ID_FIRST_AUDIO && id < AV_CODEC_ID_ADPCM_IMA_QT; }

// A damaged file can make a demuxer report errors for ever.
constexpr int kMostErrorsInARow = 100;

}  // namespace

const AVInputFormat* RecogniseContainer(ByteView beginning) {
  const std::string_view text(reinterpret_cast<const char*>(beginning.data()), beginning.size());
  for (const Magic& magic : kMagic) {
    if (text.size() >= magic.at && text.substr(magic.at).starts_with(magic.bytes))
      return av_find_input_format(magic.format);
  }
  std::vector<std::uint8_t> padded(beginning.begin(), beginning.end());
  padded.resize(padded.size() + AVPROBE_PADDING_SIZE);
  AVProbeData probe{};
  probe.filename = "";
  probe.buf = padded.data();
  probe.buf_size = static_cast<int>(beginning.size());
  int score = 0;
  const AVInputFormat* format = av_probe_input_format3(&probe, 1, &score);
  if (format == nullptr || score < AVPROBE_SCORE_RETRY) return nullptr;
  return std::ranges::find(kAllowed, FirstName(*format)) == kAllowed.end() ? nullptr : format;
}

ContainerReader::ContainerReader(const AVInputFormat& format, BufferedSource& source, DamageLog& damage,
                                 DecodeReport& report)
    : damage_(damage), report_(report), io_(source) {
  const AvLogScope scope(log_);
  report.info.container = FirstName(format);
  CheckDeclaredSize(source, damage);
  MovOutline mov;
  if (report.info.container == "mov") {
    mov = ReadMovOutline(source);
    source.Seek(0);
  }
  Open(format);
  ChooseStream();
  DescribeLength();
  DescribeMovLength(mov.tracks);
  if (report.info.container == "mov" && !mov.fragmented && stream_->nb_frames == 0 && stream_->duration <= 0) {
    report.info.frames_from_header = 0;
    report.info.frames_source = "the MP4 index";
  }
  if (mov.missing_bytes > 0) {
    damage.Truncated("the last box promises " + std::to_string(mov.missing_bytes) + " bytes more than the file has");
  }
}

void ContainerReader::Open(const AVInputFormat& format) {
  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) throw std::bad_alloc();
  context->pb = io_.context();
  context->flags |= AVFMT_FLAG_CUSTOM_IO;
  context->io_open = RefuseOpen;
  context->error_recognition = AV_EF_CRCCHECK;
  // On failure this frees the context.
  const int error = avformat_open_input(&context, "", &format, nullptr);
  if (error >= 0) input_.reset(context);
  io_.Rethrow();
  if (error < 0) {
    const std::string said = log_.Take();
    throw AudioError("damaged: its " + report_.info.container + " header cannot be read ("
                     + (said.empty() ? AvErrorText(error) : said) + ")");
  }
  // The streams of some containers only show in their packets. For all others this costly look ahead is not needed: the
  // first decoded frame tells the rest.
  const bool unknown = (input_->ctx_flags & AVFMTCTX_NOHEADER) != 0
      || std::any_of(input_->streams, input_->streams + input_->nb_streams,
                     [](const AVStream* stream) { return stream->codecpar->codec_id == AV_CODEC_ID_NONE; });
  if (unknown) avformat_find_stream_info(input_.get(), nullptr);
  io_.Rethrow();
}

void ContainerReader::ChooseStream() {
  for (unsigned i = 0; i < input_->nb_streams; ++i) {
    AVStream* stream = input_->streams[i];
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
    const bool is_default = (stream->disposition & AV_DISPOSITION_DEFAULT) != 0;
    if (stream_ == nullptr || (is_default && (stream_->disposition & AV_DISPOSITION_DEFAULT) == 0)) stream_ = stream;
  }
  if (stream_ == nullptr) throw NotAudioError("the " + report_.info.container + " file has no audio in it");
  for (unsigned i = 0; i < input_->nb_streams; ++i) {
    if (input_->streams[i] != stream_) input_->streams[i]->discard = AVDISCARD_ALL;
  }
}

void ContainerReader::DescribeLength() {
  const std::int64_t duration = stream_->duration;
  if (duration == AV_NOPTS_VALUE || duration < 0) return;
  int rate = stream_->codecpar->sample_rate;
  if (rate <= 0 && stream_->time_base.num == 1) rate = stream_->time_base.den;
  if (rate <= 0) return;
  const std::int64_t frames = av_rescale_q(duration, stream_->time_base, AVRational{1, rate});
  const bool exact = std::ranges::find(kExactLength, std::string_view(report_.info.container)) != kExactLength.end();
  const bool pcm_only = report_.info.container != "flac" && report_.info.container != "tta"
      && report_.info.container != "wv" && report_.info.container != "ape";
  if (exact && (!pcm_only || IsPcm(stream_->codecpar->codec_id))) {
    report_.info.frames_from_header = frames;
    report_.info.frames_source = "the " + report_.info.container + " header";
  } else {
    report_.info.frames_estimate = frames;
  }
}

void ContainerReader::DescribeMovLength(const std::map<std::uint32_t, MovLength>& lengths) {
  const int rate = stream_->codecpar->sample_rate;
  if (const auto found = lengths.find(static_cast<std::uint32_t>(stream_->id)); found != lengths.end()) {
    length_in_seconds_ = static_cast<double>(found->second.ticks) / static_cast<double>(found->second.ticks_per_second);
  }
  for (AVDictionary* metadata : {input_->metadata, stream_->metadata}) {
    const AVDictionaryEntry* tag = av_dict_get(metadata, "iTunSMPB", nullptr, 0);
    if (tag == nullptr || rate <= 0 || report_.info.container != "mov") continue;
    if (const auto samples = ITunesSamples(tag->value)) length_in_seconds_ = static_cast<double>(*samples) / rate;
  }
}

bool ContainerReader::Next(AVPacket& packet) {
  const AvLogScope scope(log_);
  for (int errors = 0; errors < kMostErrorsInARow;) {
    beam::ThrowIfCancelled();
    av_packet_unref(&packet);  // av_read_frame() overwrites
    const int result = av_read_frame(input_.get(), &packet);
    io_.Rethrow();
    const std::string said = log_.Take();
    if (result == AVERROR(ENOMEM)) throw AudioError(kTooMuchMemory);
    if (!said.empty() || (result < 0 && result != AVERROR_EOF)) {
      damage_.DamagedAt(
          last_seconds_,
          "reading the " + report_.info.container + " container: " + (said.empty() ? AvErrorText(result) : said));
    }
    if (result == AVERROR_EOF) return false;
    if (result < 0) {
      ++errors;
      continue;
    }
    if (packet.stream_index != stream_->index) continue;
    if (packet.pts != AV_NOPTS_VALUE) {
      last_seconds_ = SecondsAt(packet.pts);
      next_pts_ = packet.pts + packet.duration;
    }
    if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) {
      damage_.DamagedAt(last_seconds_, "the " + report_.info.container + " container has an incomplete packet");
      continue;
    }
    return true;
  }
  return false;
}

std::optional<int> ContainerReader::warm_up_packets() const {
  const bool seeks = IsPcm(stream_->codecpar->codec_id) && stream_->time_base.num == 1
      && stream_->time_base.den == stream_->codecpar->sample_rate
      && std::ranges::find(kSeekToTheFrame, std::string_view(report_.info.container)) != kSeekToTheFrame.end();
  return seeks ? std::optional(0) : std::nullopt;
}

void ContainerReader::SeekForward(std::int64_t position) {
  const std::int64_t size = avio_size(io_.context());
  if (!warm_up_packets() || size < 0) return;
  const AvLogScope scope(log_);
  const auto seek = [&](std::int64_t frame) {
    av_seek_frame(input_.get(), stream_->index, frame, AVSEEK_FLAG_BACKWARD);
    io_.Rethrow();
  };
  seek(position - 1);
  // Where that is not in the file everything is walked through, so that it is known where the signal ends.
  const bool promised = stream_->duration == AV_NOPTS_VALUE || position <= stream_->duration;
  if (!promised || avio_tell(io_.context()) + stream_->codecpar->block_align > size) seek(next_pts_);
}

double ContainerReader::SecondsAt(std::int64_t pts) const {
  const std::int64_t start = stream_->start_time == AV_NOPTS_VALUE ? 0 : stream_->start_time;
  return std::max(0.0, static_cast<double>(pts - start) * av_q2d(stream_->time_base));
}

}  // namespace klay::internal
