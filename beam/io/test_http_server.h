// An HTTP server of a test's own, on a port of the loopback that the system chooses: it answers as it is told, or cuts.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "beam/base/loopback.h"
#include "beam/io/unique_fd.h"

namespace beam::testing_http {

struct Request {
  std::string method;
  std::string target;                          // path and query as they came
  std::map<std::string, std::string> headers;  // names in small letters
  std::string body;

  std::string Header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

struct Reply {
  int status = 200;
  std::string body = {};
  std::vector<std::string> headers = {};  // "Name: value"
  bool close_at_once = false;             // without an answer
  std::size_t cut_after = SIZE_MAX;       // of the body, as if the connection broke
};

class TestHttpServer {
 public:
  using Handler = std::function<Reply(const Request& request)>;  // called from several threads at once

  explicit TestHttpServer(Handler handler) : handler_(std::move(handler)) {
    socket_ = internal::UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = LoopbackAddress();
    socklen_t size = sizeof address;
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket_.get(), 128) != 0
        || ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      ADD_FAILURE() << "no port for a server";
    }
    authority_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    accepting_ = std::thread([this] { Accept(); });
  }

  ~TestHttpServer() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    accepting_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const Connection& connection : connections_) ::shutdown(connection.socket.get(), SHUT_RDWR);
    }
    for (Connection& connection : connections_) connection.thread.join();
  }

  TestHttpServer(const TestHttpServer&) = delete;
  TestHttpServer& operator=(const TestHttpServer&) = delete;

  const std::string& authority() const { return authority_; }  // HOST:PORT
  std::string url() const { return "http://" + authority_; }

  // What was asked so far.
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  struct Connection {
    internal::UniqueFd socket;
    std::thread thread;
  };

  void Accept() {
    for (;;) {
      internal::UniqueFd socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket.valid()) return;
      const std::lock_guard lock(mutex_);
      Connection& connection = connections_.emplace_back();
      connection.socket = std::move(socket);
      connection.thread = std::thread([this, fd = connection.socket.get()] { Serve(fd); });
    }
  }

  void Serve(int fd) {
    std::string received;
    for (;;) {
      Request request;
      if (!Receive(fd, received, request)) break;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      const Reply reply = handler_(request);
      if (reply.close_at_once) break;
      std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " -\r\n";
      for (const std::string& header : reply.headers) head += header + "\r\n";
      const bool cut = reply.cut_after < reply.body.size();
      head += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
      // At once: a second part would wait for the client to acknowledge the first, which takes that 40 ms.
      if (!Send(fd, head + reply.body.substr(0, reply.cut_after)) || cut) break;
    }
    ::shutdown(fd, SHUT_RDWR);
  }

  static bool ReceiveMore(int fd, std::string& received) {
    char part[65536];
    const ssize_t count = ::recv(fd, part, sizeof part, 0);
    if (count > 0) received.append(part, static_cast<std::size_t>(count));
    return count > 0;
  }

  static bool Receive(int fd, std::string& received, Request& request) {
    std::size_t end = 0;
    while ((end = received.find("\r\n\r\n")) == std::string::npos) {
      if (!ReceiveMore(fd, received)) return false;
    }
    std::string_view head = std::string_view(received).substr(0, end);
    std::string_view line = head.substr(0, head.find("\r\n"));
    request.method = line.substr(0, line.find(' '));
    line.remove_prefix(request.method.size() + 1);
    request.target = line.substr(0, line.find(' '));
    while ((head = head.substr(std::min(head.size(), head.find("\r\n")))).size() > 2) {
      head.remove_prefix(2);
      line = head.substr(0, head.find("\r\n"));
      std::string name(line.substr(0, line.find(':')));
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      request.headers[name] = line.substr(std::min(line.size(), name.size() + 2));
    }
    const std::string length = request.Header("content-length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    received.erase(0, end + 4);
    while (received.size() < size) {
      if (!ReceiveMore(fd, received)) return false;
    }
    request.body = received.substr(0, size);
    received.erase(0, size);
    return true;
  }

  static bool Send(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  const Handler handler_;
  internal::UniqueFd socket_;
  std::string authority_;
  mutable std::mutex mutex_;  // what is below
  std::list<Connection> connections_;
  std::vector<Request> requests_;
  std::thread accepting_;
};

}  // namespace beam::testing_http
