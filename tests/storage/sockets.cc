#include "tests/storage/sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "beam/base/loopback.h"

namespace beam::testing_storage {
namespace {

using internal::UniqueFd;

constexpr int kPipeBytes = 1 << 20;
constexpr std::size_t kWorthPipe = std::size_t{256} << 10;

bool EqualInSmallLetters(std::string_view text, std::string_view small) {
  return std::equal(text.begin(), text.end(), small.begin(), small.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

// The line of a header, without its end; empty if it is not there.
std::string_view LineOf(std::string_view head, std::string_view name) {
  for (std::size_t begin = head.find("\r\n"); begin != std::string_view::npos; begin = head.find("\r\n", begin)) {
    begin += 2;
    const std::string_view line = head.substr(begin, head.find("\r\n", begin) - begin);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && EqualInSmallLetters(line.substr(0, colon), name)) return line;
  }
  return {};
}

}  // namespace

UniqueFd Listen(std::string& endpoint, int queue) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = LoopbackAddress();
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), any, size) != 0 || ::listen(socket.get(), queue) != 0
      || ::getsockname(socket.get(), any, &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "no port to listen on");
  }
  endpoint = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  return socket;
}

UniqueFd ConnectTo(const std::string& endpoint) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address =
      LoopbackAddress(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return UniqueFd();
  NoDelay(socket.get());
  return socket;
}

void NoDelay(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool Send(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool Incoming::Receive() {
  char part[64 << 10];
  const ssize_t count = ::recv(socket_, part, sizeof part, 0);
  Count(count);
  if (count > 0) bytes_.append(part, static_cast<std::size_t>(count));
  return count > 0;
}

bool Incoming::TakeUntil(std::string_view end, std::string& taken) {
  std::size_t at = 0;
  while ((at = bytes_.find(end)) == std::string::npos) {
    if (!Receive()) return false;
  }
  return Take(at + end.size(), taken);
}

bool Incoming::Take(std::size_t size, std::string& taken) {
  while (bytes_.size() < size) {
    if (!Receive()) return false;
  }
  taken.append(bytes_, 0, size);
  bytes_.erase(0, size);
  return true;
}

bool Incoming::TakeSome(std::size_t most, std::string& piece) {
  if (bytes_.empty() && !Receive()) return false;
  piece.clear();
  if (bytes_.size() <= most) {
    std::swap(piece, bytes_);
    return true;
  }
  return Take(most, piece);
}

bool Incoming::PassOn(std::size_t size, int to) {
  std::string piece;
  for (; size > 0 && (!bytes_.empty() || size < kWorthPipe); size -= piece.size()) {
    if (!TakeSome(size, piece) || !Send(to, piece)) return false;
  }
  if (size == 0) return true;
  // Through a pipe the system hands them on without a copy.
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  const UniqueFd out(ends[0]);
  const UniqueFd in(ends[1]);
  ::fcntl(in.get(), F_SETPIPE_SZ, kPipeBytes);
  while (size > 0) {
    const ssize_t taken = ::splice(socket_, nullptr, in.get(), nullptr, size, SPLICE_F_MOVE);
    if (taken <= 0) return false;
    Count(taken);
    for (ssize_t left = taken; left > 0;) {
      const ssize_t sent = ::splice(out.get(), nullptr, to, nullptr, static_cast<std::size_t>(left), SPLICE_F_MOVE);
      if (sent <= 0) return false;
      left -= sent;
    }
    size -= static_cast<std::size_t>(taken);
  }
  return true;
}

bool Incoming::TakeBody(std::string_view head, std::string& taken) {
  if (!IsChunked(head)) return Take(LengthOf(head), taken);
  for (;;) {
    std::string line;
    if (!TakeUntil("\r\n", line)) return false;
    taken += line;
    const std::size_t size = std::strtoul(line.c_str(), nullptr, 16);
    if (size == 0) break;
    if (!Take(size + 2, taken)) return false;
  }
  for (std::string trailer; trailer != "\r\n"; taken += trailer) {
    trailer.clear();
    if (!TakeUntil("\r\n", trailer)) return false;
  }
  return true;
}

std::string HeaderOf(std::string_view head, std::string_view name) {
  const std::string_view line = LineOf(head, name);
  const std::size_t value = line.find_first_not_of(" \t", name.size() + 1);
  return value == std::string_view::npos ? "" : std::string(line.substr(value));
}

bool RemoveHeader(std::string& head, std::string_view name) {
  const std::string_view line = LineOf(head, name);
  if (line.empty()) return false;
  head.erase(static_cast<std::size_t>(line.data() - head.data()), line.size() + 2);
  return true;
}

bool IsChunked(std::string_view head) { return HeaderOf(head, "transfer-encoding") == "chunked"; }

std::size_t LengthOf(std::string_view head) {
  return std::strtoul(HeaderOf(head, "content-length").c_str(), nullptr, 10);
}

}  // namespace beam::testing_storage
