// Tests of what takes several requests to gs:// by its whole protocol: an object of noise, and the stand-in that it
// goes to.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "beam/base/error.h"
#include "beam/io/test_http_server.h"
#include "tests/storage/files_at.h"
#include "tests/storage/gcs_stand_in.h"

namespace beam::testing_storage {

class OnGcsStandIn : public testing::Test {
 protected:
  explicit OnGcsStandIn(std::size_t size) : bytes_(size, '\0') {
    std::mt19937_64 random(1);
    for (char& byte : bytes_) byte = static_cast<char>(random());
  }

  // Does something with the store at HOST:PORT, which is tried again for so long: what is said where it cannot be done,
  // nothing where it was.
  static std::string ErrorIn(const std::string& endpoint, std::chrono::milliseconds patience,
                             const internal::GcsUploadSizes& uploads,
                             const std::function<void(FileSystem& files)>& action) {
    using std::chrono::milliseconds;
    const std::shared_ptr<FileSystem> files =
        FilesAt("gs", endpoint,
                {.policy = {.pauses = {milliseconds(1), milliseconds(20)}, .busy = patience}, .uploads = uploads});
    try {
      action(*files);
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }

  std::string bytes_;
  GcsStandIn store_;
  std::function<void(const Request& request)> before_ = [](const Request&) {};  // each request is answered
  testing_http::TestHttpServer server_{[this](const Request& request) {
    before_(request);
    return store_.Answer(request, server_.url()).value_or(Reply{.status = 404});
  }};
};

}  // namespace beam::testing_storage
