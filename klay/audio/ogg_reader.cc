#include "klay/audio/ogg_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "klay/audio/audio_error.h"

namespace klay::internal {
namespace {

// A packet of this size holds minutes even of FLAC; only a damaged or hostile file has one.
constexpr std::size_t kMaxPacketBytes = std::size_t{64} << 20;

}  // namespace

OggReader::OggReader(BufferedSource& source, DamageLog& damage, DecodeReport& report)
    : source_(source), damage_(damage), report_(report) {
  report.info.container = "ogg";
}

std::unique_ptr<OggReader> OggReader::Open(BufferedSource& source, DamageLog& damage, DecodeReport& report) {
  const std::uint64_t begin = source.position();
  std::unique_ptr<OggReader> reader(new OggReader(source, damage, report));
  reader->LookAtEnd();
  if (reader->StartStream()) {
    reader->UseEnd();
    return reader;
  }
  source.Seek(begin);
  return nullptr;
}

// The last page of the file tells at once how long the signal is, and whether the file has its end.
void OggReader::LookAtEnd() {
  if (!source_.size()) return;
  const std::uint64_t begin = source_.position();
  const std::uint64_t window = kMaxOggPageBytes;
  if (*source_.size() > begin + source_.Peek(1).size())
    source_.Seek(*source_.size() - std::min(*source_.size(), window));
  const ByteView bytes = source_.Peek(kMaxOggPageBytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (std::size_t at = text.rfind("OggS"); at != text.npos; at = at == 0 ? text.npos : text.rfind("OggS", at - 1)) {
    if (const auto page = ParseOggPage(bytes.subspan(at))) {
      end_serial_ = page->serial;
      end_granule_ = page->granule;
      end_marked_ = page->last;
      break;
    }
  }
  source_.Seek(begin);
}

void OggReader::UseEnd() {
  if (end_serial_ != serial_) return;
  if (end_granule_) {
    report_.info.frames_estimate = std::max<std::int64_t>(*end_granule_ - granule_offset_, 0);
  }
  if (!end_marked_) {
    missing_end_noted_ = true;
    const double seconds =
        static_cast<double>(report_.info.frames_estimate.value_or(0)) / std::max(parameters_->sample_rate, 1);
    damage_.Truncated("the Ogg stream breaks off at " + SecondsText(seconds) + ", before its last page");
  }
}

// Reads the first page of every stream that starts here, chooses one, and reads its headers up to the first page with
// audio. False if there is no stream of a codec we know.
bool OggReader::StartStream() {
  const bool chained = codec_ != nullptr;
  codec_.reset();
  while (codec_ == nullptr) {
    const auto page = NextPage();
    if (!page) return false;
    // First pages stand together, before all others; behind a stream's end there may be the rest of its neighbours.
    if (!page->first && !chained) return false;
    if (page->first) codec_ = OggCodec::Recognise(page->body);
    if (codec_ == nullptr) continue;
    serial_ = page->serial;
    next_sequence_ = page->sequence + 1;
    codec_->TakeHeader(page->body);
  }
  parameters_ = MakeCodecParameters();
  parameters_->codec_type = AVMEDIA_TYPE_AUDIO;
  headers_done_ = ended_ = lost_ = started_ = false;
  partial_.clear();
  end_frame_.reset();
  while (!headers_done_) {
    if (!LoadPage()) throw AudioError("truncated: the file ends within its Ogg headers");
  }
  return true;
}

// The next intact page of any stream, which stays in the buffer until the next call. Notes what is damaged.
std::optional<OggPage> OggReader::NextPage() {
  source_.Consume(std::exchange(page_bytes_, 0));
  std::uint64_t skipped = 0;
  for (;;) {
    if (auto page = PeekPage()) {
      if (skipped > 0) LosePages(std::to_string(skipped) + " bytes are not intact Ogg pages");
      page_bytes_ = page->bytes;
      return page;
    }
    const ByteView bytes = source_.Peek(kMaxOggPageBytes);
    if (bytes.empty()) break;
    const std::size_t next = FindOggCapture(bytes, 1);
    // The last three bytes could be the beginning of a capture pattern.
    const bool all = bytes.size() < kMaxOggPageBytes;
    const std::size_t step = next < bytes.size() || all ? next : bytes.size() - 3;
    source_.Consume(step);
    skipped += step;
  }
  // What follows a stream's end is none of ours.
  if (skipped > 0 && !ended_ && !missing_end_noted_) {
    lost_ = missing_end_noted_ = true;
    damage_.Truncated("the Ogg stream breaks off at " + SecondsText(Seconds()) + ", and the last "
                      + std::to_string(skipped) + " bytes are not an intact page");
  }
  return std::nullopt;
}

std::optional<OggPage> OggReader::PeekPage() {
  // As little ahead as possible: looking farther would move the buffer's content for each page.
  ByteView bytes = source_.Peek(27);
  for (std::size_t size = OggPageBytes(bytes); size > bytes.size(); size = OggPageBytes(bytes)) {
    const std::size_t had = bytes.size();
    bytes = source_.Peek(size);
    if (bytes.size() == had) return std::nullopt;
  }
  return ParseOggPage(bytes);
}

// Makes packets_ those of the next page of our stream. False at the end of the stream.
bool OggReader::LoadPage() {
  packets_.clear();
  next_packet_ = 0;
  while (!ended_) {
    const auto page = NextPage();
    if (!page) {
      if (!missing_end_noted_) {
        missing_end_noted_ = true;
        damage_.Truncated("the Ogg stream breaks off at " + SecondsText(Seconds()) + ", before its last page");
      }
      ended_ = true;
      return false;
    }
    if (page->serial != serial_) {
      // A stream that starts behind another's beginning is the next link of a chain; ours has no end of its own.
      if (page->first && headers_done_) {
        page_bytes_ = 0;
        damage_.DamagedAt(Seconds(), "the Ogg stream breaks off, and another one follows");
        ended_ = true;
        return false;
      }
      continue;
    }
    CheckOrder(*page);
    TakePackets(*page, SplitPage(*page));
    return true;
  }
  return false;
}

void OggReader::CheckOrder(const OggPage& page) {
  if (page.sequence != next_sequence_ && !lost_) {
    LosePages("Ogg page " + std::to_string(page.sequence) + " comes where " + std::to_string(next_sequence_)
              + " was expected");
  }
  next_sequence_ = page.sequence + 1;
  if (lost_) partial_.clear();
  if (!page.continued && !partial_.empty()) {
    LosePages("a packet is not finished");
    partial_.clear();
  }
}

// The packets that end on this page. They stay valid until the next page is read.
std::vector<ByteView> OggReader::SplitPage(const OggPage& page) {
  std::vector<ByteView> packets;
  bool whole = !page.continued;  // the packet at hand began on this page
  const bool drop = page.continued && partial_.empty();
  std::size_t begin = 0;
  std::size_t end = 0;
  for (const std::uint8_t lacing : page.lacing) {
    end += lacing;
    if (lacing == 255) continue;
    const ByteView piece = page.body.subspan(begin, end - begin);
    if (whole) {
      packets.push_back(piece);
    } else if (!drop) {
      joined_ = std::move(partial_);
      joined_.append(piece.begin(), piece.end());
      packets.emplace_back(reinterpret_cast<const std::uint8_t*>(joined_.data()), joined_.size());
    }
    partial_.clear();
    whole = true;
    begin = end;
  }
  if (begin < end && (whole || !drop)) {
    const ByteView rest = page.body.subspan(begin, end - begin);
    if (partial_.size() + rest.size() > kMaxPacketBytes) throw AudioError("damaged: an Ogg packet of more than 64 MiB");
    partial_.append(rest.begin(), rest.end());
  }
  return packets;
}

void OggReader::TakePackets(const OggPage& page, const std::vector<ByteView>& packets) {
  std::int64_t duration = 0;
  for (const ByteView bytes : packets) {
    if (!headers_done_) {
      if (codec_->TakeHeader(bytes)) continue;
      headers_done_ = true;
      codec_->Describe(*parameters_);
    }
    packets_.push_back({bytes, codec_->Duration(bytes)});
    duration += packets_.back().duration;
  }
  if (page.last) {
    ended_ = true;
    if (!partial_.empty()) damage_.Truncated("the last packet of the Ogg stream is not finished");
    if (!headers_done_ && codec_->TakeHeader({})) throw AudioError("truncated: the Ogg stream ends within its headers");
    if (!headers_done_) {
      headers_done_ = true;
      codec_->Describe(*parameters_);
    }
  }
  if (headers_done_ && (!packets_.empty() || page.last)) PlaceInTime(page, duration);
}

// A page tells the position of its end. Counted back from there, that is where its first packet belongs.
void OggReader::PlaceInTime(const OggPage& page, std::int64_t duration) {
  const bool told = page.granule.has_value();
  if (!started_) {
    started_ = true;
    // On a page that is first and last at once the granule tells the surplus at the end. A zero is what some encoders
    // write who do not know better.
    const bool origin_known = told && !page.last && *page.granule != 0;
    const std::int64_t start = origin_known ? *page.granule - duration : 0;
    // Fewer samples than the packets have: the surplus lies at the beginning. More: the recording starts later.
    const std::int64_t signal = codec_->pre_skip() > 0 ? start + codec_->pre_skip() : std::max<std::int64_t>(start, 0);
    const std::int64_t origin = lost_ ? codec_->pre_skip() : signal;
    granule_offset_ = origin - stream_begin_;
    position_ = start - granule_offset_;
    first_frame_ = stream_begin_;
  } else if (told && lost_) {
    position_ = std::max(position_, *page.granule - granule_offset_ - duration);
  } else if (told && !page.last) {
    granule_offset_ = *page.granule - (position_ + duration);
  }
  if (told) lost_ = false;
  if (page.last && told) {
    end_frame_ =
        std::clamp(*page.granule - granule_offset_, std::min(first_frame_, position_ + duration), position_ + duration);
    if (*end_frame_ <= first_frame_ && report_.frames == 0) {
      report_.info.frames_from_header = 0;
      report_.info.frames_source = "the last Ogg page";
    }
  }
}

bool OggReader::Next(AVPacket& packet) {
  while (next_packet_ == packets_.size()) {
    if (!LoadPage()) return false;
  }
  const Packet& next = packets_[next_packet_++];
  FillPacket(packet, next.bytes);
  packet.pts = packet.dts = position_;
  packet.duration = next.duration;
  position_ += next.duration;
  return true;
}

bool OggReader::NextStream() {
  stream_begin_ = end_frame_.value_or(position_);
  const auto length_so_far = std::exchange(report_.info.frames_from_header, std::nullopt);
  next_packet_ = 0;
  packets_.clear();
  if (StartStream()) return true;
  report_.info.frames_from_header = length_so_far;  // there was nothing in the former stream, and that was all
  return false;
}

void OggReader::LosePages(const std::string& what) {
  lost_ = true;
  damage_.DamagedAt(Seconds(), what);
}

// A Vorbis packet overlaps with the one before it; FLAC's stand alone; Opus predicts from everything before.
std::optional<int> OggReader::warm_up_packets() const {
  switch (parameters_->codec_id) {
    case AV_CODEC_ID_FLAC: return 0;
    case AV_CODEC_ID_VORBIS: return 1;
    default: return std::nullopt;
  }
}

double OggReader::Seconds() const {
  const int rate = parameters_->sample_rate;
  return rate <= 0 ? 0 : static_cast<double>(std::max<std::int64_t>(position_ - first_frame_, 0)) / rate;
}

}  // namespace klay::internal
