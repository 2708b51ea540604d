// large_object_store FILE SIZE: a store of gs:// that costs a client next to nothing: one object, klay/large.bin, of
// SIZE bytes of noise that are kept in FILE and go from the system's cache to the connection (JSON API, objects.get,
// with alt=media and a range, or without). Prints its HOST:PORT and ends with its standard input.
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "beam/base/crc32c.h"
#include "beam/io/gcs/gcs_answers.h"
#include "tests/storage/sockets.h"

namespace beam {
namespace {

using internal::UniqueFd;

// The store's one object.
struct Object {
  UniqueFd file;
  std::uint64_t size = 0;
  std::uint32_t crc32c = 0;
};

Object MakeObject(const char* path, std::uint64_t size) {
  Object object{UniqueFd(::open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)), size};
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> words(std::size_t{1} << 17);
  for (std::uint64_t left = size; left > 0;) {
    for (std::uint64_t& word : words) word = random();
    const std::string_view block(reinterpret_cast<const char*>(words.data()),
                                 std::min<std::uint64_t>(left, words.size() * 8));
    if (::write(object.file.get(), block.data(), block.size()) != static_cast<ssize_t>(block.size())) std::abort();
    object.crc32c = ExtendCrc32c(object.crc32c, block);
    left -= block.size();
  }
  return object;
}

// False once the connection is over.
bool Answer(const Object& object, testing_storage::Incoming& incoming, int connection) {
  std::string head;
  if (!incoming.TakeUntil("\r\n\r\n", head)) return false;
  if (head.find("/storage/v1/b/klay/o/large.bin?") == std::string::npos) {
    return testing_storage::Send(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  }
  if (head.find("alt=media") == std::string::npos) {
    const std::string metadata =
        R"({"name": "large.bin", "generation": "1", "updated": "2026-01-01T00:00:00Z", "size": ")"
        + std::to_string(object.size) + "\"}";
    return testing_storage::Send(connection,
                                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                                     + std::to_string(metadata.size()) + "\r\n\r\n" + metadata);
  }
  std::uint64_t begin = 0;
  std::uint64_t end = object.size;
  std::string reply = "HTTP/1.1 200 OK\r\n";
  if (const std::string range = testing_storage::HeaderOf(head, "range"); !range.empty()) {  // "bytes=A-B"
    begin = std::stoull(range.substr(6));
    end = std::min<std::uint64_t>(std::stoull(range.substr(range.find('-') + 1)) + 1, end);
    reply = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(begin) + "-"
        + std::to_string(end - 1) + "/" + std::to_string(object.size) + "\r\n";
  }
  reply += "Content-Type: application/octet-stream\r\nX-Goog-Generation: 1\r\nX-Goog-Hash: crc32c="
      + internal::Crc32cText(object.crc32c) + "\r\nContent-Length: " + std::to_string(end - begin) + "\r\n\r\n";
  if (!testing_storage::Send(connection, reply)) return false;
  for (auto offset = static_cast<off_t>(begin); static_cast<std::uint64_t>(offset) < end;) {
    if (::sendfile(connection, object.file.get(), &offset, end - static_cast<std::uint64_t>(offset)) <= 0) return false;
  }
  return true;
}

void Serve(const Object& object, const UniqueFd& listening) {
  for (;;) {
    UniqueFd connection(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.get() < 0) continue;
    testing_storage::NoDelay(connection.get());
    std::thread([&object, connection = std::move(connection)] {
      testing_storage::Incoming incoming(connection.get());
      while (Answer(object, incoming, connection.get())) {
      }
    }).detach();
  }
}

}  // namespace
}  // namespace beam

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: large_object_store FILE SIZE\n", stderr);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);  // clients may leave at any time
  const beam::Object object = beam::MakeObject(argv[1], std::stoull(argv[2]));
  ::unlink(argv[1]);
  std::string endpoint;
  const beam::internal::UniqueFd listening = beam::testing_storage::Listen(endpoint);
  std::thread([&] { beam::Serve(object, listening); }).detach();
  std::cout << endpoint << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  std::_Exit(0);
}
