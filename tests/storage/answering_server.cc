#include "tests/storage/answering_server.h"

#include <sys/socket.h>

#include <string_view>
#include <utility>

#include "tests/storage/sockets.h"

namespace beam::testing_storage {

using internal::UniqueFd;

AnsweringServer::AnsweringServer(Answer answer)
    : AnsweringServer([answer = std::move(answer)](const std::string&, const std::string&) { return answer; }) {}

AnsweringServer::AnsweringServer(Respond respond)
    : respond_(std::move(respond)), listening_(Listen(endpoint_)), thread_([this] { Serve(); }) {}

AnsweringServer::~AnsweringServer() {
  ::shutdown(listening_.get(), SHUT_RDWR);
  thread_.join();
}

std::vector<std::string> AnsweringServer::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

void AnsweringServer::Serve() {
  for (;;) {
    const UniqueFd connection(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.get() < 0) return;
    Take(connection.get());
  }
}

// One request for each connection.
void AnsweringServer::Take(int connection) {
  Incoming incoming(connection);
  std::string head;
  std::string body;
  if (!incoming.TakeUntil("\r\n\r\n", head)) return;
  // Whoever asks first whether to send a body does not send it.
  if (HeaderOf(head, "expect").empty() && !incoming.TakeBody(head, body)) return;
  {
    const std::lock_guard lock(mutex_);
    heads_.push_back(head);
  }
  const Answer answer = respond_(head, body);
  std::string reply = "HTTP/1.1 " + std::to_string(answer.status) + " Answer\r\nConnection: close\r\n" + answer.headers;
  if (head.starts_with("HEAD ")) {
    reply += "\r\n";
  } else {
    reply += "Content-Type: " + answer.type + "\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n"
        + answer.body;
  }
  Send(connection, reply);
}

}  // namespace beam::testing_storage
