#include "beam/io/arrow/machine_metadata.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include "beam/base/environment.h"

namespace beam::internal {
namespace {

constexpr const char* kDisabled = "AWS_EC2_METADATA_DISABLED";
constexpr int kPatienceMilliseconds = 1'000;  // as AWS' client has it

bool CanConnect(const char* address, std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  ::inet_pton(AF_INET, address, &to.sin_addr);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return true;  // not for us to say
  bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  if (!connected && errno == EINPROGRESS) {
    pollfd waiting{socket, POLLOUT, 0};
    int error = 0;
    socklen_t size = sizeof error;
    connected = ::poll(&waiting, 1, kPatienceMilliseconds) == 1
        && ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }
  ::close(socket);
  return connected;
}

}  // namespace

void DoWithoutUnreachableMetadata() {
  for (const char* said : {kDisabled, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"}) {
    if (!Environment(said).empty()) return;
  }
  const bool has_keys = !Environment("AWS_ACCESS_KEY_ID").empty();
  const bool has_region = !Environment("AWS_REGION").empty() || !Environment("AWS_DEFAULT_REGION").empty();
  if (has_keys && has_region) return;  // then it is not asked
  if (!CanConnect("169.254.169.254", 80)) ::setenv(kDisabled, "true", 1);
}

}  // namespace beam::internal
