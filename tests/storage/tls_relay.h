// A store behind TLS: what comes by it goes on to a server without, as the proxies in front of stores do.
#pragma once

#include <memory>
#include <string>

namespace beam::testing_storage {

// Listens on this machine alone until it is destroyed.
class TlsRelay {
 public:
  // Passes on to HOST:PORT of this machine. Throws std::runtime_error.
  explicit TlsRelay(std::string target);
  ~TlsRelay();
  TlsRelay(const TlsRelay&) = delete;
  TlsRelay& operator=(const TlsRelay&) = delete;

  // "localhost:PORT"
  const std::string& endpoint() const;

  // The certificate, of localhost alone, which is its own authority; as a file of PEM has it.
  const std::string& certificate() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace beam::testing_storage
