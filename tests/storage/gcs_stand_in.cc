#include "tests/storage/gcs_stand_in.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "beam/base/crc32c.h"
#include "beam/io/gcs/gcs_answers.h"
#include "beam/io/gcs/test_multipart.h"

namespace beam::testing_storage {
namespace {

using internal::Crc32cText;

constexpr std::size_t kPartUnit = std::size_t{256} << 10;  // of all parts but the last

std::string Decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Reply Refusal(int status, const std::string& message) {
  return {.status = status, .body = Json{{"error", {{"code", status}, {"message", message}}}}.dump()};
}

}  // namespace

Target::Target(const std::string& target) {
  const std::size_t question = std::min(target.find('?'), target.size());
  for (const std::string& part : Split(std::string_view(target).substr(1, question - 1), '/')) {
    parts.push_back(Decoded(part));
  }
  for (const std::string& item : Split(std::string_view(target).substr(std::min(question + 1, target.size())), '&')) {
    const std::size_t equals = std::min(item.find('='), item.size());
    query[item.substr(0, equals)] = Decoded(std::string_view(item).substr(std::min(equals + 1, item.size())));
  }
}

std::string Target::Query(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? "" : found->second;
}

Json GcsStandIn::MetadataOf(const std::string& name, const Object& object) {
  return {{"name", name},
          {"size", std::to_string(object.bytes.size())},
          {"updated", "2026-01-01T00:00:00.000Z"},
          {"generation", std::to_string(object.generation)},
          {"contentType", object.content_type},
          {"crc32c", Crc32cText(Crc32c(object.bytes))}};
}

std::optional<Reply> GcsStandIn::Answer(const Request& request, const std::string& url) {
  const Target target(request.target);
  const std::lock_guard lock(mutex_);
  if (request.target.starts_with("/upload/storage/v1/b/")) return Upload(request, target, url);
  if (!request.target.starts_with("/storage/v1/b/")) return std::nullopt;
  const std::string& bucket = target.parts.at(3);
  if (target.parts.size() == 5) return List(bucket, target);
  const std::string& name = target.parts.at(5);
  const auto found = objects_.find(bucket + "/" + name);
  if (found == objects_.end()) return Refusal(404, "No such object: " + bucket + "/" + name);
  if (request.method == "DELETE") {
    objects_.erase(found);
    return Reply{.status = 204};
  }
  if (target.parts.size() > 6 && target.parts[6] == "rewriteTo") {
    return Copy(target, found->first, found->second);
  }
  if (target.Query("alt") == "media") return Media(request, found->second);
  return Reply{.body = MetadataOf(name, found->second).dump()};
}

Reply GcsStandIn::Media(const Request& request, const Object& object) {
  const std::string range = request.Header("range");  // "bytes=A-B"
  const std::string total = std::to_string(object.bytes.size());
  const std::size_t begin = std::stoul(range.substr(6));
  const std::size_t end = std::min(std::stoul(range.substr(range.find('-') + 1)) + 1, object.bytes.size());
  if (begin >= object.bytes.size()) return {.status = 416, .headers = {"Content-Range: bytes */" + total}};
  return {.status = 206,
          .body = object.bytes.substr(begin, end - begin),
          .headers = {"Content-Range: bytes " + std::to_string(begin) + "-" + std::to_string(end - 1) + "/" + total,
                      "X-Goog-Generation: " + std::to_string(object.generation),
                      "X-Goog-Hash: crc32c=" + Crc32cText(Crc32c(object.bytes))}};
}

Reply GcsStandIn::Copy(const Target& target, const std::string& from, const Object& source) {
  const std::string generation = target.Query("ifSourceGenerationMatch");
  if (!generation.empty() && generation != std::to_string(source.generation)) return Refusal(412, "another generation");
  const std::string to = target.parts.at(8) + "/" + target.parts.at(10);
  // Another token each time: "copy-1/2000".
  const std::string token = target.Query("rewriteToken");
  std::string id = token.substr(0, token.find('/'));
  if (id.empty()) {
    id = "copy-" + std::to_string(begun_++);
    rewrites_[id] = {.from = from, .to = to, .generation = source.generation};
  }
  const auto found = rewrites_.find(id);
  if (found == rewrites_.end()) return Refusal(400, "Invalid rewrite token");
  Rewrite& rewrite = found->second;
  if (rewrite.from != from || rewrite.to != to || rewrite.generation != source.generation) {
    return Refusal(400, "The rewrite token is of another copy");
  }
  // Who shows a token once more has not heard what came of it.
  const std::size_t before = token.empty() ? 0 : std::stoul(token.substr(id.size() + 1));
  rewrite.copied = before + std::min(copy_part_, source.bytes.size() - before);
  const bool done = rewrite.copied == source.bytes.size();
  Json answer = {{"totalBytesRewritten", std::to_string(rewrite.copied)},
                 {"objectSize", std::to_string(source.bytes.size())},
                 {"done", done}};
  if (!done) {
    answer["rewriteToken"] = id + "/" + std::to_string(rewrite.copied);
  } else if (!std::exchange(rewrite.done, true)) {
    const std::string bytes = source.bytes;
    objects_[to] = {.bytes = bytes, .content_type = source.content_type, .generation = ++generation_};
    copied_.push_back(to);
  }
  return {.body = answer.dump()};
}

Reply GcsStandIn::List(const std::string& bucket, const Target& target) const {
  const std::string prefix = target.Query("prefix");
  const std::string below = bucket + "/" + prefix;
  const std::string begin = target.Query("startOffset");
  const std::string end = target.Query("endOffset");
  const std::string delimiter = target.Query("delimiter");
  Json items = Json::array();
  std::set<std::string> folders;
  for (const auto& [path, object] : objects_) {
    if (!path.starts_with(below)) continue;
    const std::string name = path.substr(bucket.size() + 1);
    if (name < begin || (!end.empty() && name >= end)) continue;
    const std::size_t at = delimiter.empty() ? std::string::npos : name.find(delimiter, prefix.size());
    if (at == std::string::npos) {
      items.push_back(MetadataOf(name, object));
    } else {
      folders.insert(name.substr(0, at + 1));
    }
  }
  return {.body = Json{{"items", items}, {"prefixes", folders}}.dump()};
}

Reply GcsStandIn::Upload(const Request& request, const Target& target, const std::string& url) {
  const std::string& bucket = target.parts.at(4);
  if (target.Query("uploadType") == "multipart") {
    const auto multipart = testing_gcs::ParseMultipart(request);
    return Store(bucket + "/" + multipart.metadata.at("name").get<std::string>(), multipart.metadata,
                 multipart.content_type, multipart.bytes);
  }
  if (const std::string id = target.Query("upload_id"); !id.empty()) return Continue(request, id);
  const Json metadata = Json::parse(request.body);
  const std::string id = "session-" + std::to_string(begun_++);
  sessions_[id] = {.path = bucket + "/" + metadata.at("name").get<std::string>(),
                   .metadata = metadata,
                   .content_type = request.Header("x-upload-content-type"),
                   .length = request.Header("x-upload-content-length"),
                   .received = ""};
  return {.headers = {"Location: " + url + "/upload/storage/v1/b/" + bucket + "/o?upload_id=" + id}};
}

Reply GcsStandIn::Continue(const Request& request, const std::string& id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return Refusal(404, "no such upload");
  Session& session = found->second;
  const std::string range = request.Header("content-range");  // "bytes A-B/N" or "bytes */N"
  const std::string total_text = range.substr(range.find('/') + 1);
  const std::size_t total = std::stoul(total_text);
  if (!session.length.empty() && session.length != total_text) return Refusal(400, "another length was announced");
  int status = 308;
  if (range.starts_with("bytes */")) {
    if (!request.body.empty()) return Refusal(400, "a question has no body");
  } else {
    const std::size_t begin = std::stoul(range.substr(6));
    const std::size_t end = std::stoul(range.substr(range.find('-') + 1)) + 1;
    if (end - begin != request.body.size() || end > total) return Refusal(400, "the body is not the part");
    if (begin > session.received.size()) return Refusal(400, "a part is missing");
    if (end < total && request.body.size() % kPartUnit != 0) return Refusal(400, "the part is no multiple of 256 KiB");
    UploadTrouble trouble{.takes = std::string::npos};
    if (!troubles_.empty()) {
      trouble = troubles_.front();
      troubles_.erase(troubles_.begin());
    }
    // What is there already is passed over.
    const std::size_t known = std::min(session.received.size() - begin, request.body.size());
    session.received += request.body.substr(known, trouble.takes);
    status = trouble.status;
  }
  const Reply reply = StateOf(session, total);
  if (status == 404 || status == 410 || reply.status == 400) sessions_.erase(found);
  return status == 308 ? reply : Refusal(status, "told to fail");
}

// 308 with what is there, or the answer to an upload that is whole, as often as it is asked for.
Reply GcsStandIn::StateOf(Session& session, std::size_t total) {
  if (session.stored.is_object()) return {.body = session.stored.dump()};
  if (session.received.size() == total) {
    const Reply reply = Store(session.path, session.metadata, session.content_type, session.received);
    if (reply.status == 200) session.stored = Json::parse(reply.body);
    return reply;
  }
  Reply reply{.status = 308};
  if (!session.received.empty()) {
    reply.headers = {"Range: bytes=0-" + std::to_string(session.received.size() - 1)};
  }
  return reply;
}

Reply GcsStandIn::Store(const std::string& path, const Json& metadata, const std::string& content_type,
                        const std::string& bytes) {
  if (metadata.is_object() && metadata.contains("crc32c") && metadata["crc32c"] != Crc32cText(Crc32c(bytes))) {
    return Refusal(400, "Provided CRC32C doesn't match calculated CRC32C.");
  }
  Object& object = objects_[path];
  object = {.bytes = bytes, .content_type = content_type, .generation = ++generation_};
  uploaded_.push_back(path);
  return {.body = MetadataOf(path.substr(path.find('/') + 1), object).dump()};
}

void GcsStandIn::Put(const std::string& path, const std::string& bytes) {
  const std::lock_guard lock(mutex_);
  objects_[path] = {.bytes = bytes, .content_type = "application/octet-stream", .generation = ++generation_};
}

std::optional<std::string> GcsStandIn::Get(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(path);
  return found == objects_.end() ? std::nullopt : std::optional(found->second.bytes);
}

std::string GcsStandIn::ContentType(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(path);
  return found == objects_.end() ? "" : found->second.content_type;
}

std::map<std::string, std::string> GcsStandIn::Below(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> below;
  for (const auto& [name, object] : objects_) {
    if (name.starts_with(path)) below[name.substr(path.size())] = object.bytes;
  }
  return below;
}

std::vector<std::string> GcsStandIn::Uploaded() const {
  const std::lock_guard lock(mutex_);
  return uploaded_;
}

void GcsStandIn::Clear() {
  const std::lock_guard lock(mutex_);
  objects_.clear();
  sessions_.clear();
  rewrites_.clear();
  uploaded_.clear();
  copied_.clear();
  troubles_.clear();
  copy_part_ = SIZE_MAX;
}

std::vector<std::string> GcsStandIn::Copied() const {
  const std::lock_guard lock(mutex_);
  return copied_;
}

void GcsStandIn::SetCopyPart(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  copy_part_ = bytes;
}

void GcsStandIn::ForgetCopies() {
  const std::lock_guard lock(mutex_);
  rewrites_.clear();
}

void GcsStandIn::SetTroubles(std::vector<UploadTrouble> troubles) {
  const std::lock_guard lock(mutex_);
  troubles_ = std::move(troubles);
}

}  // namespace beam::testing_storage
