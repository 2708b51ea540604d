// A server that answers by itself: every request in the same way, as a store does that lets nobody in, or each as a
// test says.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

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
  // Called by a thread of its own, for one request after the other.
  using Respond = std::function<Answer(const std::string& head, const std::string& body)>;

  explicit AnsweringServer(Answer answer);
  explicit AnsweringServer(Respond respond);
  ~AnsweringServer();
  AnsweringServer(const AnsweringServer&) = delete;
  AnsweringServer& operator=(const AnsweringServer&) = delete;

  // "127.0.0.1:PORT"
  const std::string& endpoint() const { return endpoint_; }

  // How many requests it has answered so far.
  int requests() const { return static_cast<int>(heads().size()); }

  // Their heads, from the first one on.
  std::vector<std::string> heads() const;

 private:
  void Serve();
  void Take(int connection);

  const Respond respond_;
  std::string endpoint_;
  const internal::UniqueFd listening_;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  std::thread thread_;
};

}  // namespace beam::testing_storage
