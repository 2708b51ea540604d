// GcsHttp: exchanges with Google Cloud Storage, as whoever the credentials are. Thread-safe.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "beam/io/google/credentials.h"
#include "beam/io/store_http.h"

namespace beam::internal {

class GcsHttp {
 public:
  // `endpoint` is "https://HOST", without a path.
  GcsHttp(std::string endpoint, std::unique_ptr<GoogleCredentials> credentials, bool by_proxy)
      : endpoint_(std::move(endpoint)), credentials_(std::move(credentials)), by_proxy_(by_proxy) {}

  // Addresses for "bucket/key": of the object, of all objects of its bucket (with `query` behind '?'), and of uploads
  // to that bucket.
  std::string ObjectUrl(std::string_view name, std::string_view query) const;
  std::string BucketUrl(std::string_view name, std::string_view query) const;
  std::string UploadUrl(std::string_view name, std::string_view query) const;

  // As in StoreHttp: kOk is any answer. A token that is refused (401) is replaced, once.
  StoreAnswer Exchange(HttpRequest request, HttpReply& reply, std::span<char> room = {});
  StoreAnswer Begin(HttpRequest request, HttpReply& reply, std::unique_ptr<HttpChannel>& channel);
  void Keep(std::unique_ptr<HttpChannel> channel) { http_.Keep(std::move(channel)); }

 private:
  template <class Ask>
  StoreAnswer WithToken(HttpRequest& request, const HttpReply& reply, const Ask& ask);

  const std::string endpoint_;
  const std::unique_ptr<GoogleCredentials> credentials_;
  const bool by_proxy_;
  StoreHttp http_;
};

// What the store said, by its status and its words; `answer` is that of the exchange.
StoreAnswer JudgedReply(StoreAnswer answer, const HttpReply& reply);

}  // namespace beam::internal
