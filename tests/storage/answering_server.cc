#include "tests/storage/answering_server.h"

#include <sys/socket.h>

#include <string_view>
#include <utility>

#include "tests/storage/sockets.h"

namespace beam::testing_storage {

using internal::UniqueFd;

AnsweringServer::AnsweringServer(Answer answer)
    : answer_(std::move(answer)), listening_(Listen(endpoint_)), thread_([this] { Serve(); }) {}

AnsweringServer::~AnsweringServer() {
  ::shutdown(listening_.get(), SHUT_RDWR);
  thread_.join();
}

void AnsweringServer::Serve() {
  for (;;) {
    const UniqueFd connection(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.get() < 0) return;
    Respond(connection.get());
  }
}

// One request for each connection.
void AnsweringServer::Respond(int connection) {
  Incoming incoming(connection);
  std::string head;
  std::string body;
  if (!incoming.TakeUntil("\r\n\r\n", head)) return;
  // Whoever asks first whether to send a body does not send it.
  if (HeaderOf(head, "expect").empty() && !incoming.TakeBody(head, body)) return;
  ++requests_;
  std::string reply =
      "HTTP/1.1 " + std::to_string(answer_.status) + " Answer\r\nConnection: close\r\n" + answer_.headers;
  if (head.starts_with("HEAD ")) {
    reply += "\r\n";
  } else {
    reply += "Content-Type: " + answer_.type + "\r\nContent-Length: " + std::to_string(answer_.body.size()) + "\r\n\r\n"
        + answer_.body;
  }
  Send(connection, reply);
}

}  // namespace beam::testing_storage
