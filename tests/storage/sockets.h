// HTTP/1.1 on plain sockets of this machine, for tests that stand between a client and a store. What fails is told by
// what is returned: the other side of a connection may go at any moment.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "beam/io/unique_fd.h"

namespace beam::testing_storage {

// A socket that listens at a port that the system chooses, and "127.0.0.1:PORT". `queue` connections may wait to be
// taken. Throws std::system_error.
internal::UniqueFd Listen(std::string& endpoint, int queue = 128);

// A connection to HOST:PORT of this machine; not valid where nobody listens.
internal::UniqueFd ConnectTo(const std::string& endpoint);

// A head and its body are sent by two calls: the second does not wait until the first is known to have come.
void NoDelay(int socket);

bool Send(int socket, std::string_view bytes);

// What comes from one side of a connection. Of each call: false if it ended before.
class Incoming {
 public:
  // What comes is added to `count`, if there is one.
  explicit Incoming(int socket, std::atomic<std::uint64_t>* count = nullptr) : socket_(socket), count_(count) {}

  // Appends what comes up to the first `end`, and with it.
  bool TakeUntil(std::string_view end, std::string& taken);
  bool Take(std::size_t size, std::string& taken);

  // Makes `piece` what comes next: one byte at least, at most `most`.
  bool TakeSome(std::size_t most, std::string& piece);

  // Sends the next `size` bytes on, which nobody looks at here.
  bool PassOn(std::size_t size, int to);

  // Appends the body that a head announces, chunks as they come.
  bool TakeBody(std::string_view head, std::string& taken);

 private:
  bool Receive();
  void Count(ssize_t came) const {
    if (count_ != nullptr && came > 0) *count_ += static_cast<std::uint64_t>(came);
  }

  const int socket_;
  std::atomic<std::uint64_t>* const count_;
  std::string bytes_;
};

// The value of a header, whose name is given in small letters, in a head that ends in an empty line; empty without it.
std::string HeaderOf(std::string_view head, std::string_view name);

// Removes a header, whose name is given in small letters; false without it.
bool RemoveHeader(std::string& head, std::string_view name);

bool IsChunked(std::string_view head);

// What Content-Length says; 0 without it.
std::size_t LengthOf(std::string_view head);

}  // namespace beam::testing_storage
