// For tests: a way from a worker to its engine that can be cut, as by a machine that goes down or a network that fails.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "beam/base/error.h"
#include "beam/base/loopback.h"

namespace beam::testing_portable {

// A port of this machine that passes on what comes to it. Thread-safe.
class TestProxy {
 public:
  // To the port of `endpoint`, HOST:PORT of this machine.
  explicit TestProxy(const std::string& endpoint)
      : target_(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)))),
        listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = LoopbackAddress();
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || listen(listener_, 16) != 0
        || getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw Error(std::string("the test cannot listen: ") + std::strerror(errno));
    }
    endpoint_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    acceptor_ = std::thread([this] { Accept(); });
  }
  ~TestProxy() {
    shutdown(listener_, SHUT_RDWR);
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
      for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
    }
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    for (const int socket : sockets_) close(socket);
    close(listener_);
  }
  TestProxy(const TestProxy&) = delete;
  TestProxy& operator=(const TestProxy&) = delete;

  const std::string& endpoint() const { return endpoint_; }

  // Ends the connections that there are. Further ones may be made.
  void Close() {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  // The same without a farewell: both sides are told that the connection does not exist (RST).
  void Reset() {
    const std::lock_guard lock(mutex_);
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    for (const int socket : sockets_) connect(socket, &nowhere, sizeof nowhere);
  }
  // Of the connections that there are nothing comes through any more, and nobody is told: as if the machine at the
  // other end had vanished. Their ends still do.
  void Swallow() {
    const std::lock_guard lock(mutex_);
    swallowed_ = connections_;
  }

 private:
  void Accept() {
    for (int from = -1; (from = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      const int to = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const sockaddr_in address = LoopbackAddress(target_);
      const bool is_there = connect(to, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
      const std::lock_guard lock(mutex_);
      sockets_.insert(sockets_.end(), {from, to});
      if (!is_there || is_over_) {
        shutdown(from, SHUT_RDWR);
        continue;
      }
      const int number = connections_++;
      threads_.emplace_back([this, number, from, to] { PassOn(number, from, to); });
      threads_.emplace_back([this, number, from, to] { PassOn(number, to, from); });
    }
  }

  // The sockets are closed at the end only, so that their numbers are nobody else's.
  void PassOn(int number, int from, int to) {
    char bytes[64 << 10];
    for (ssize_t size = 0; (size = read(from, bytes, sizeof bytes)) > 0;) {
      if (number < swallowed_) continue;
      for (ssize_t sent = 0; sent < size;) {
        const ssize_t count = send(to, bytes + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
        if (count <= 0) return static_cast<void>(shutdown(from, SHUT_RDWR));
        sent += count;
      }
    }
    shutdown(to, SHUT_RDWR);
  }

  const std::uint16_t target_;
  const int listener_;
  std::string endpoint_;
  std::mutex mutex_;
  bool is_over_ = false;
  std::vector<int> sockets_;
  int connections_ = 0;
  std::atomic<int> swallowed_{0};     // of these, the first
  std::vector<std::thread> threads_;  // two for each connection
  std::thread acceptor_;
};

}  // namespace beam::testing_portable
