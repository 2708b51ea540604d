// What a server reads of an upload in one request: a body of multipart/related with the object's metadata and its bytes
// (cloud.google.com/storage/docs/uploading-objects, "multipart upload").
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "beam/io/test_http_server.h"

namespace beam::testing_gcs {

struct Multipart {
  nlohmann::json metadata;
  std::string content_type;  // of the bytes
  std::string bytes;
  std::string end;  // what follows them
};

inline Multipart ParseMultipart(const testing_http::Request& request) {
  const std::string type = request.Header("content-type");
  const std::string mark = "\r\n--" + type.substr(type.find("boundary=") + 9);
  const std::string body = "\r\n" + request.body;
  const std::size_t metadata = body.find("\r\n\r\n") + 4;
  const std::size_t second = body.find(mark, metadata);
  const std::size_t bytes = body.find("\r\n\r\n", second) + 4;
  const std::size_t end = body.rfind(mark);
  constexpr std::string_view kType = "Content-Type: ";
  const std::size_t content_type = body.find(kType, second) + kType.size();
  return {.metadata = nlohmann::json::parse(body.substr(metadata, second - metadata)),
          .content_type = body.substr(content_type, body.find("\r\n", content_type) - content_type),
          .bytes = body.substr(bytes, end - bytes),
          .end = body.substr(end + mark.size())};
}

}  // namespace beam::testing_gcs
