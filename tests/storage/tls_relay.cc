#include "tests/storage/tls_relay.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <list>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "tests/storage/sockets.h"

namespace beam::testing_storage {
namespace {

using internal::UniqueFd;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

constexpr long kDay = 24 * 60 * 60;

void Check(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

Owned<EVP_PKEY> NewKey() {
  Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  Check(key != nullptr, "no key");
  return key;
}

Owned<X509> CertificateOf(EVP_PKEY* key) {
  Owned<X509> certificate(X509_new());
  X509* const x509 = certificate.get();
  Check(x509 != nullptr && X509_set_version(x509, X509_VERSION_3) == 1, "no certificate");
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(x509), kDay);
  X509_set_pubkey(x509, key);
  X509_NAME* const name = X509_get_subject_name(x509);
  const auto* const host = reinterpret_cast<const unsigned char*>("localhost");
  Check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0) == 1, "no name");
  X509_set_issuer_name(x509, name);
  for (const auto& [kind, value] :
       {std::pair(NID_basic_constraints, "critical,CA:TRUE"), std::pair(NID_subject_alt_name, "DNS:localhost")}) {
    const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value));
    Check(extension != nullptr && X509_add_ext(x509, extension.get(), -1) == 1, "no extension");
  }
  Check(X509_sign(x509, key, EVP_sha256()) > 0, "no signature");
  return certificate;
}

std::string PemOf(X509* certificate) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  Check(PEM_write_bio_X509(bio.get(), certificate) == 1, "no PEM");
  const char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

struct TlsRelay::State {
  struct Connection {
    UniqueFd client;
    UniqueFd server;
    std::thread thread;
  };

  const std::string target;
  const Owned<EVP_PKEY> key = NewKey();
  const Owned<X509> x509 = CertificateOf(key.get());
  const std::string certificate = PemOf(x509.get());
  const Owned<SSL_CTX> context{SSL_CTX_new(TLS_server_method())};
  std::string endpoint;
  const UniqueFd listening = Listen(endpoint);
  std::list<Connection> connections;
  std::thread acceptor;

  explicit State(std::string to) : target(std::move(to)) {
    Check(context != nullptr && SSL_CTX_use_certificate(context.get(), x509.get()) == 1
              && SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1,
          "no server");
    SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
    endpoint = "localhost" + endpoint.substr(endpoint.find(':'));
    acceptor = std::thread([this] { Accept(); });
  }

  ~State() {
    ::shutdown(listening.get(), SHUT_RDWR);
    acceptor.join();
    for (Connection& connection : connections) {
      ::shutdown(connection.client.get(), SHUT_RDWR);
      ::shutdown(connection.server.get(), SHUT_RDWR);
      connection.thread.join();
    }
  }

  void Accept() {
    for (;;) {
      UniqueFd client(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client.valid()) return;
      UniqueFd server = ConnectTo(target);
      if (!server.valid()) continue;
      Connection& connection = connections.emplace_back();
      connection.client = std::move(client);
      connection.server = std::move(server);
      connection.thread = std::thread([this, &connection] {
        Serve(connection.client.get(), connection.server.get());
        ::shutdown(connection.client.get(), SHUT_RDWR);
        ::shutdown(connection.server.get(), SHUT_RDWR);
      });
    }
  }

  // Until one of the two ends, or the client does not trust this one.
  void Serve(int client, int server) {
    // Whoever was to have bytes may be gone.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    const Owned<SSL> ssl(SSL_new(context.get()));
    if (ssl == nullptr || SSL_set_fd(ssl.get(), client) != 1 || SSL_accept(ssl.get()) != 1) return;
    char part[64 << 10];
    for (;;) {
      pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      if (SSL_pending(ssl.get()) > 0) {
        both[0].revents = POLLIN;
      } else if (::poll(both, 2, -1) < 0) {
        return;
      }
      if (both[0].revents != 0) {
        const int count = SSL_read(ssl.get(), part, sizeof part);
        // What came was TLS' own.
        if (count <= 0 && SSL_get_error(ssl.get(), count) == SSL_ERROR_WANT_READ) continue;
        if (count <= 0 || !Send(server, {part, static_cast<std::size_t>(count)})) return;
      }
      if (both[1].revents != 0) {
        const ssize_t count = ::recv(server, part, sizeof part, 0);
        if (count <= 0 || SSL_write(ssl.get(), part, static_cast<int>(count)) <= 0) break;
      }
    }
    SSL_shutdown(ssl.get());
  }
};

TlsRelay::TlsRelay(std::string target) : state_(std::make_unique<State>(std::move(target))) {}

TlsRelay::~TlsRelay() = default;

const std::string& TlsRelay::endpoint() const { return state_->endpoint; }

const std::string& TlsRelay::certificate() const { return state_->certificate; }

}  // namespace beam::testing_storage
