#include "beam/io/gcs/gcs_upload.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "beam/base/crc32c.h"
#include "beam/io/gcs/gcs_answers.h"

namespace beam::internal {
namespace {

using Kind = StoreAnswer::Kind;

constexpr std::string_view kFields = "fields=name,size,crc32c";

std::string MetadataOf(const std::string& name, std::string_view bytes) {
  const nlohmann::json metadata = {{"name", name.substr(name.find('/') + 1)}, {"crc32c", Crc32cText(Crc32c(bytes))}};
  return metadata.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Bytes that are in no object, but by a chance of 2^-128.
std::string Boundary() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return "part-" + std::to_string(random()) + "-" + std::to_string(random());
}

// The store has the whole: as it was sent?
StoreAnswer CheckStored(StoreAnswer answer, const HttpReply& reply, std::string_view bytes, PutProgress& progress) {
  const std::optional<GcsObject> object = ParseGcsObject(reply.body);
  progress = {};
  if (object && static_cast<std::uint64_t>(object->size_in_bytes) == bytes.size()
      && (!object->crc32c || *object->crc32c == Crc32c(bytes))) {
    progress.done = true;
    progress.confirmed = object->crc32c.has_value();
    return answer;
  }
  return {Kind::kBusy, object ? "the store has other bytes than were sent" : "the answer to an upload is not known",
          answer.requests};
}

// The store refuses bytes that its checksum does not fit: they were damaged on their way, and are to be sent again.
bool WasDamaged(const StoreAnswer& answer, const HttpReply& reply) {
  return reply.status == 400 && answer.text.find("match calculated CRC32C") != std::string::npos;
}

StoreAnswer PutAtOnce(GcsHttp& http, const std::string& name, std::string_view bytes, PutProgress& progress) {
  const std::string boundary = Boundary();
  const std::string head = "--" + boundary + "\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n"
      + MetadataOf(name, bytes) + "\r\n--" + boundary + "\r\nContent-Type: application/octet-stream\r\n\r\n";
  const std::string tail = "\r\n--" + boundary + "--\r\n";
  HttpReply reply;
  StoreAnswer answer =
      JudgedReply(http.Exchange({.method = "POST",
                                 .url = http.UploadUrl(name, "uploadType=multipart&" + std::string(kFields)),
                                 .headers = {"Content-Type: multipart/related; boundary=" + boundary},
                                 .body = bytes,
                                 .before_body = head,
                                 .after_body = tail},
                                reply),
                  reply);
  if (answer.ok()) return CheckStored(std::move(answer), reply, bytes, progress);
  if (WasDamaged(answer, reply)) answer.kind = Kind::kBusy;
  return answer;
}

StoreAnswer BeginUpload(GcsHttp& http, const std::string& name, std::string_view bytes, PutProgress& progress) {
  const std::string metadata = MetadataOf(name, bytes);
  HttpReply reply;
  StoreAnswer answer =
      JudgedReply(http.Exchange({.method = "POST",
                                 .url = http.UploadUrl(name, "uploadType=resumable&" + std::string(kFields)),
                                 .headers = {"Content-Type: application/json; charset=UTF-8",
                                             "X-Upload-Content-Type: application/octet-stream",
                                             "X-Upload-Content-Length: " + std::to_string(bytes.size())},
                                 .body = metadata},
                                reply),
                  reply);
  if (!answer.ok()) return answer;
  const auto location = reply.headers.Find("location");
  if (!location) return {Kind::kBusy, "the store began an upload without telling where", answer.requests};
  progress = {.upload = *location};
  return answer;
}

// Sends the next part, or asks how much the store has.
StoreAnswer Continue(GcsHttp& http, std::string_view bytes, std::size_t part, PutProgress& progress) {
  const std::string total = std::to_string(bytes.size());
  HttpRequest request{.method = "PUT", .url = progress.upload};
  if (progress.unsure) {
    request.headers = {"Content-Range: bytes */" + total};
  } else {
    request.body = bytes.substr(progress.sent, part);
    request.headers = {"Content-Range: bytes " + std::to_string(progress.sent) + "-"
                       + std::to_string(progress.sent + request.body.size() - 1) + "/" + total};
  }
  HttpReply reply;
  StoreAnswer answer = http.Exchange(std::move(request), reply);
  if (answer.ok() && reply.status == 308) {
    const std::optional<std::uint64_t> received = ParseReceived(reply.headers.Find("range"));
    if (!received || *received >= bytes.size()) {
      progress = {};
      return {Kind::kBusy, "the store says that it has what was not sent", answer.requests};
    }
    // A part of which nothing was taken is sent again, but not at once.
    const bool stuck = !progress.unsure && *received <= progress.sent;
    progress.sent = *received;
    progress.unsure = false;
    if (stuck) return {Kind::kBusy, "the store took nothing of a part", answer.requests};
    return answer;
  }
  answer = JudgedReply(std::move(answer), reply);
  if (answer.ok()) return CheckStored(std::move(answer), reply, bytes, progress);
  if (answer.kind == Kind::kNotFound || reply.status == 410 || WasDamaged(answer, reply)) {
    // The upload is no more.
    progress = {};
    answer.kind = Kind::kBusy;
  } else {
    progress.unsure = true;
  }
  return answer;
}

}  // namespace

StoreAnswer PutGcsObject(GcsHttp& http, const std::string& name, std::string_view bytes, const GcsUploadSizes& sizes,
                         PutProgress& progress) {
  if (bytes.size() <= sizes.single) return PutAtOnce(http, name, bytes, progress);
  if (progress.upload.empty()) return BeginUpload(http, name, bytes, progress);
  return Continue(http, bytes, sizes.part, progress);
}

}  // namespace beam::internal
