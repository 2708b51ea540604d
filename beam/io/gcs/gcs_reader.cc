#include "beam/io/gcs/gcs_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "beam/io/gcs/gcs_answers.h"

namespace beam::internal {
namespace {

using Kind = StoreAnswer::Kind;

// Of bytes as they are kept: objects that are marked as compressed come so, too.
HttpRequest RangeRequest(std::string url, std::uint64_t begin, std::uint64_t end) {
  return {
      .url = std::move(url),
      .headers = {"Range: bytes=" + std::to_string(begin) + "-" + std::to_string(end - 1), "Accept-Encoding: gzip"}};
}

class GcsStream final : public ObjectStream {
 public:
  GcsStream(std::shared_ptr<GcsHttp> http, std::unique_ptr<HttpChannel> channel, std::uint64_t size)
      : http_(std::move(http)), channel_(std::move(channel)), size_(size) {}

  std::uint64_t size() const override { return size_; }

  StoreAnswer Read(char* out, std::size_t size, std::size_t& count) override {
    if (!channel_) return {Kind::kBusy, "the answer was cut", 0};
    try {
      count = channel_->Receive(out, static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - received_)));
      received_ += count;
      if (count > 0 && received_ < size_) return {.requests = 0};
      char more;
      const bool complete = received_ == size_ && channel_->Receive(&more, 1) == 0;
      if (complete) http_->Keep(std::move(channel_));
      channel_ = nullptr;
      if (complete) return {.requests = 0};
      return {Kind::kBusy, "the store sent another number of bytes than it said", 0};
    } catch (const HttpFailure& failure) {
      channel_ = nullptr;
      return {Kind::kBusy, failure.what(), 0};
    }
  }

 private:
  const std::shared_ptr<GcsHttp> http_;
  std::unique_ptr<HttpChannel> channel_;  // null: it is over
  const std::uint64_t size_;
  std::uint64_t received_ = 0;
};

class GcsReader final : public ObjectReader {
 public:
  struct Object {
    std::string name = {};
    std::string generation = {};
    std::uint64_t size = 0;
    std::optional<std::uint32_t> crc32c = {};
  };
  GcsReader(std::shared_ptr<GcsHttp> http, Object object, std::unique_ptr<ObjectStream> stream)
      : http_(std::move(http)), object_(std::move(object)), stream_(std::move(stream)) {}

  std::uint64_t size() const override { return object_.size; }
  std::int64_t version() const override { return ParseGeneration(object_.generation); }
  std::optional<std::uint32_t> crc32c() const override { return object_.crc32c; }
  std::unique_ptr<ObjectStream> TakeStream() override { return std::move(stream_); }

  StoreAnswer Read(std::uint64_t offset, char* out, std::size_t size) override {
    const std::string url = http_->ObjectUrl(object_.name, "alt=media&ifGenerationMatch=" + object_.generation);
    HttpReply reply;
    StoreAnswer answer =
        JudgedReply(http_->Exchange(RangeRequest(url, offset, offset + size), reply, {out, size}), reply);
    if (reply.status == 404 || reply.status == 416) answer.kind = Kind::kChanged;
    if (!answer.ok()) return answer;
    if (const auto now = reply.headers.Find("x-goog-generation"); now != object_.generation) {
      return {Kind::kChanged, "its generation was " + object_.generation + " and is " + now.value_or("not told"),
              answer.requests};
    }
    if (reply.status == 206 && reply.received == size) return answer;
    return {Kind::kBusy, "the store sent " + std::to_string(reply.received) + " bytes of " + std::to_string(size),
            answer.requests};
  }

  bool pinned() const override { return true; }
  StoreAnswer CheckUnchanged() override { return {.requests = 0}; }

 private:
  const std::shared_ptr<GcsHttp> http_;
  const Object object_;
  std::unique_ptr<ObjectStream> stream_;
};

std::optional<std::uint64_t> NumberOf(const std::optional<std::string>& text) {
  std::uint64_t number = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc())
    return std::nullopt;
  return number;
}

}  // namespace

StoreAnswer OpenGcsObject(const std::shared_ptr<GcsHttp>& http, const std::string& name,
                          std::unique_ptr<ObjectReader>& reader) {
  HttpReply reply;
  std::unique_ptr<HttpChannel> channel;
  const HttpRequest request = RangeRequest(http->ObjectUrl(name, "alt=media"), 0, kGcsStreamBytes);
  StoreAnswer answer = http->Begin(request, reply, channel);
  const auto range = reply.headers.Find("content-range");
  // An object without bytes has no range of them.
  if (answer.ok() && reply.status == 416 && range && ParseTotalSize(*range) == 0) {
    reader = std::make_unique<GcsReader>(http, GcsReader::Object{.name = name}, nullptr);
    return answer;
  }
  answer = JudgedReply(std::move(answer), reply);
  if (!answer.ok()) return answer;

  const std::optional<std::uint64_t> length = NumberOf(reply.headers.Find("content-length"));
  const std::optional<std::uint64_t> total = reply.status == 206 && range ? ParseTotalSize(*range) : length;
  const auto generation = reply.headers.Find("x-goog-generation");
  if (!total || !length || !generation || *length > *total) {
    return {Kind::kFailed, "the store's answer lacks the object's size or generation", answer.requests};
  }
  GcsReader::Object object{.name = name, .generation = *generation, .size = *total, .crc32c = std::nullopt};
  if (const auto hash = reply.headers.Find("x-goog-hash")) object.crc32c = ParseGcsHash(*hash);
  std::unique_ptr<ObjectStream> stream;
  if (*length > 0) stream = std::make_unique<GcsStream>(http, std::move(channel), *length);
  reader = std::make_unique<GcsReader>(http, std::move(object), std::move(stream));
  return answer;
}

}  // namespace beam::internal
