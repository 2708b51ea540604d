// A stand-in for Google Cloud Storage in tests: buckets in memory, behind as much of its JSON API as the program uses.
// Resumable uploads keep Google's protocol (cloud.google.com/storage/docs/performing-resumable-uploads), which no
// emulator does whole, and fail as a test tells them to: a part is taken or a beginning of it (308 with Range), who
// asks is told how much is there, an object appears when all of it is and its checksum is that which was announced.
//
// Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "beam/io/test_http_server.h"

namespace beam::testing_storage {

using testing_http::Reply;
using testing_http::Request;
using Json = nlohmann::json;

// The target of a request, decoded: "/a/b%2Fc?d=e" has the parts "a" and "b/c".
struct Target {
  explicit Target(const std::string& target);
  std::string Query(const std::string& name) const;

  std::vector<std::string> parts;
  std::map<std::string, std::string> query;
};

// What becomes of a request that sends a part of an upload: this many of its bytes are taken, all that are there being
// enough for the object to appear; then another answer than the right one may come. With 404 and 410 the upload is
// gone.
struct UploadTrouble {
  std::size_t takes = 0;
  int status = 308;
};

class GcsStandIn {
 public:
  // Nothing if the request is none of Cloud Storage's. `url` is that of the server.
  std::optional<Reply> Answer(const Request& request, const std::string& url);

  // Paths are "BUCKET/NAME", without gs://.
  void Put(const std::string& path, const std::string& bytes);
  std::optional<std::string> Get(const std::string& path) const;
  std::string ContentType(const std::string& path) const;
  // The objects below a path, by the rest of their names.
  std::map<std::string, std::string> Below(const std::string& path) const;
  // Those that were sent, in order.
  std::vector<std::string> Uploaded() const;

  // Those that were made by copies within it, in order.
  std::vector<std::string> Copied() const;

  // Forgets all, troubles too.
  void Clear();

  // A request for a copy copies so many bytes at most, and gives a token to go on with.
  void SetCopyPart(std::size_t bytes);
  // Tokens that were given are no good any more.
  void ForgetCopies();

  // Of the coming parts of resumable uploads, one after the other.
  void SetTroubles(std::vector<UploadTrouble> troubles);

 private:
  struct Object {
    std::string bytes;
    std::string content_type;
    std::uint64_t generation = 0;
  };
  struct Session {
    std::string path;
    Json metadata;
    std::string content_type;
    std::string length;    // as announced; empty: it was not
    std::string received;  // the bytes that are kept
    Json stored = {};      // the object's metadata, once it is there
  };

  struct Rewrite {
    std::string from;
    std::string to;
    std::uint64_t generation = 0;  // of what it copies
    std::size_t copied = 0;
    bool done = false;
  };

  static Json MetadataOf(const std::string& name, const Object& object);
  Reply Upload(const Request& request, const Target& target, const std::string& url);
  Reply Continue(const Request& request, const std::string& id);
  Reply StateOf(Session& session, std::size_t total);
  Reply Store(const std::string& path, const Json& metadata, const std::string& content_type, const std::string& bytes);
  Reply Copy(const Target& target, const std::string& from, const Object& source);
  Reply List(const std::string& bucket, const Target& target) const;
  static Reply Media(const Request& request, const Object& object);

  mutable std::mutex mutex_;
  std::map<std::string, Object> objects_;    // by path
  std::map<std::string, Session> sessions_;  // by id
  std::map<std::string, Rewrite> rewrites_;  // by id
  std::size_t begun_ = 0;                    // of both
  std::size_t copy_part_ = SIZE_MAX;
  std::vector<std::string> uploaded_;
  std::vector<std::string> copied_;
  std::vector<UploadTrouble> troubles_;
  std::uint64_t generation_ = 0;
};

}  // namespace beam::testing_storage
