#include "tests/storage/answering_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace beam::testing_storage {
namespace {

using internal::UniqueFd;

UniqueFd Listen(std::string& endpoint) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), any, size) != 0 || ::listen(socket.get(), 64) != 0
      || ::getsockname(socket.get(), any, &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "no port to listen on");
  }
  endpoint = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  return socket;
}

// Reads until `size` bytes are there; false if the other side has closed.
bool Fill(int connection, std::string& bytes, std::size_t size) {
  char part[4096];
  while (bytes.size() < size) {
    const ssize_t got = ::recv(connection, part, sizeof part, 0);
    if (got <= 0) return false;
    bytes.append(part, static_cast<std::size_t>(got));
  }
  return true;
}

std::string InSmallLetters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// The number behind a header's name, or 0.
std::size_t NumberOf(const std::string& head, std::string_view name) {
  const std::size_t at = head.find(name);
  return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + name.size(), nullptr, 10);
}

}  // namespace

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
void AnsweringServer::Respond(int connection) const {
  std::string request;
  std::size_t end = 0;
  while ((end = request.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill(connection, request, request.size() + 1)) return;
  }
  const std::string head = InSmallLetters(request.substr(0, end + 2));
  // Whoever asks first whether to send a body does not send it.
  if (head.find("expect: 100-continue") == std::string::npos) {
    if (head.find("transfer-encoding: chunked") != std::string::npos) {
      while (!request.ends_with("0\r\n\r\n")) {
        if (!Fill(connection, request, request.size() + 1)) return;
      }
    } else if (!Fill(connection, request, end + 4 + NumberOf(head, "\r\ncontent-length: "))) {
      return;
    }
  }
  std::string reply =
      "HTTP/1.1 " + std::to_string(answer_.status) + " Answer\r\nConnection: close\r\n" + answer_.headers;
  if (head.starts_with("head ")) {
    reply += "\r\n";
  } else {
    reply += "Content-Type: " + answer_.type + "\r\nContent-Length: " + std::to_string(answer_.body.size()) + "\r\n\r\n"
        + answer_.body;
  }
  ::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
}

}  // namespace beam::testing_storage
