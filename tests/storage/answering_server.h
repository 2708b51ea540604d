// A server that gives every request the same answer, as a store does that lets nobody in.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "beam/io/unique_fd.h"

namespace beam::testing_storage {

struct Answer {
  int status = 200;
  std::string headers = {};  // whole lines, each with "\r\n"
  std::string type = {};     // of the body; neither is sent to a HEAD
  std::string body = {};
};

// Listens on this machine alone until it is destroyed.
class AnsweringServer {
 public:
  explicit AnsweringServer(Answer answer);
  ~AnsweringServer();
  AnsweringServer(const AnsweringServer&) = delete;
  AnsweringServer& operator=(const AnsweringServer&) = delete;

  // "127.0.0.1:PORT"
  const std::string& endpoint() const { return endpoint_; }

  // How many requests it has answered so far.
  int requests() const { return requests_; }

 private:
  void Serve();
  void Respond(int connection);

  const Answer answer_;
  std::string endpoint_;
  const internal::UniqueFd listening_;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

}  // namespace beam::testing_storage
