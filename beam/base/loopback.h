// The address by which programs of this machine speak to each other.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstdint>

namespace beam {

// 127.0.0.1; port 0 lets the system choose.
inline sockaddr_in LoopbackAddress(std::uint16_t port = 0) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace beam
