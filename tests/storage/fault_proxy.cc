#include "tests/storage/fault_proxy.h"

#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "beam/base/hash.h"
#include "tests/storage/sockets.h"

namespace beam::testing_storage {
namespace {

using internal::UniqueFd;

constexpr Fault kNone = static_cast<Fault>(kFaults);
constexpr std::size_t kMostMetadata = 2048;  // in front of an object
constexpr std::size_t kPiece = std::size_t{64} << 10;
constexpr std::size_t kSlowPieces = 8;
constexpr std::chrono::milliseconds kSlowPause{5};
constexpr std::string_view kOtherServer = "/.to/";  // the path of what is not for the store: "/.to/HOST:PORT/..."

// Closing it will tell the other side that the connection does not exist.
void Reset(int socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

// As the stores document it; their clients look for no more than the status in another's form.
std::string Refusal(std::string_view request, const std::string& status, const std::string& headers,
                    const std::string& reason) {
  const std::string body = R"({"error":{"code":)" + status.substr(0, 3) + R"(,"message":"As the test wants it",)"
      + R"("errors":[{"reason":")" + reason + R"("}]}})";
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Type: application/json\r\nContent-Length: "
      + std::to_string(body.size()) + "\r\n\r\n" + (request.starts_with("HEAD ") ? "" : body);
}

bool HasNoBody(std::string_view answer, std::string_view method) {
  const std::string_view status = answer.substr(answer.find(' ') + 1, 3);
  return method == "HEAD" || status == "204" || status == "304";
}

// Lets whom the answer sends on to another server than the one at `here` come back with that.
void SendOnHere(std::string& head, const std::string& here) {
  const std::string location = HeaderOf(head, "location");
  constexpr std::string_view kScheme = "http://";
  if (!location.starts_with(kScheme)) return;
  const std::string server = location.substr(kScheme.size(), location.find('/', kScheme.size()) - kScheme.size());
  if (server == here) return;
  head.replace(head.find(location) + kScheme.size(), server.size(), here + std::string(kOtherServer) + server);
}

// Whom a request is for, without which it is left: another server, or the store.
std::string TakeServer(std::string& head, const std::string& store) {
  const std::size_t path = head.find(' ') + 1;
  if (head.compare(path, kOtherServer.size(), kOtherServer) != 0) return store;
  const std::size_t begin = path + kOtherServer.size();
  const std::size_t end = head.find('/', begin);
  std::string server = head.substr(begin, end - begin);
  head.erase(path, end - path);
  return server;
}

// The part of a request's body that is an object's bytes: position and size.
std::pair<std::size_t, std::size_t> PayloadOf(std::string_view head, std::string_view body) {
  const std::string type = HeaderOf(head, "content-type");
  if (type.starts_with("application/json") || IsChunked(head)) return {0, 0};
  if (!type.starts_with("multipart/")) return {0, body.size()};
  // Behind the heads of two parts, before the last boundary.
  constexpr std::string_view kEmptyLine = "\r\n\r\n";
  const std::size_t metadata = body.find(kEmptyLine);
  const std::size_t begin = body.find(kEmptyLine, metadata + 1) + kEmptyLine.size();
  return {begin, body.rfind("\r\n--") - begin};
}

}  // namespace

std::string_view NameOf(Fault fault) {
  constexpr std::array<std::string_view, kFaults> kNames = {
      "reset", "lost answer", "unavailable", "too many", "slow", "truncated", "cut head", "damaged", "expired"};
  return kNames[static_cast<std::size_t>(fault)];
}

struct FaultProxy::Request {
  std::string head;
  std::string body;

  std::string method() const { return head.substr(0, head.find(' ')); }

  // What is asked for, and which part of it. Uploads of small objects tell it within their bodies.
  std::uint64_t Key() const {
    std::string key = head.substr(0, head.find("\r\n")) + HeaderOf(head, "range") + HeaderOf(head, "content-range");
    constexpr std::string_view kName = "\"name\":\"";
    if (const std::size_t name = body.substr(0, kMostMetadata).find(kName); name != std::string::npos) {
      key += body.substr(name, body.find('"', name + kName.size()) - name);
    }
    return HashBytes(key);
  }

  bool Damage() {
    const auto [begin, size] = PayloadOf(head, body);
    if (size == 0) return false;
    body[begin + size / 2] ^= 1;
    return true;
  }
};

struct FaultProxy::Exchange {
  explicit Exchange(int a_client) : client(a_client), from_client(a_client) {}

  bool Connect(const std::string& endpoint, std::atomic<std::uint64_t>& bytes) {
    if (server == endpoint) return true;
    store = ConnectTo(endpoint);
    server = store.valid() ? endpoint : "";
    from_store.emplace(store.get(), &bytes);
    return store.valid();
  }

  const int client;
  Incoming from_client;
  std::string server;  // to which there is a connection
  UniqueFd store;
  std::optional<Incoming> from_store;
};

FaultProxy::FaultProxy(std::string endpoint, FaultPlan plan)
    : target_(std::move(endpoint)),
      plan_(std::move(plan)),
      listening_(Listen(endpoint_)),
      acceptor_([this] { Accept(); }) {}

FaultProxy::~FaultProxy() {
  ::shutdown(listening_.get(), SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const Connection& connection : connections_) ::shutdown(connection.client.get(), SHUT_RD);
  }
  for (Connection& connection : connections_) connection.thread.join();
}

void FaultProxy::Accept() {
  for (;;) {
    UniqueFd client(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client.valid()) return;
    NoDelay(client.get());
    const std::lock_guard lock(mutex_);
    connections_.remove_if([](Connection& connection) {
      if (connection.is_over) connection.thread.join();
      return connection.is_over;
    });
    Connection& connection = connections_.emplace_back();
    connection.client = std::move(client);
    connection.thread = std::thread([this, &connection] { Serve(connection); });
  }
}

void FaultProxy::Serve(Connection& connection) {
  // Whoever was to have an answer may be gone.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  const int client = connection.client.get();
  Exchange exchange(client);
  for (Request request; exchange.from_client.TakeUntil("\r\n\r\n", request.head); request = {}) {
    // Who asks whether to send a body is told to; the store is not asked.
    if (RemoveHeader(request.head, "expect") && !Send(client, "HTTP/1.1 100 Continue\r\n\r\n")) break;
    if (!exchange.from_client.TakeBody(request.head, request.body)) break;
    if (!Handle(exchange, request)) break;
  }
  const std::lock_guard lock(mutex_);
  connection.client = UniqueFd();
  connection.is_over = true;
}

Fault FaultProxy::Choose(const Request& request) {
  const std::uint64_t key = request.Key();
  const std::string shown = HeaderOf(request.head, "authorization");
  const std::lock_guard lock(mutex_);
  const unsigned asked = asked_[key]++;
  if (++chosen_ == plan_.storm_at) storm_left_ = plan_.storm;
  if (storm_left_ > 0) {
    --storm_left_;
    return Fault::kUnavailable;
  }
  const Fault fault = ChooseByPlan(key, asked);
  if (shown.empty()) return fault;
  Token& token = tokens_[shown];
  if (fault == Fault::kExpired) {
    if (token.requests < plan_.token_life) return kNone;
    token.is_expired = true;
  }
  ++token.requests;
  return token.is_expired ? Fault::kExpired : fault;
}

Fault FaultProxy::ChooseByPlan(std::uint64_t key, unsigned asked) {
  if (asked >= plan_.times) return kNone;
  double chance = static_cast<double>(MixBits(plan_.seed ^ MixBits(key + asked)) >> 11) * 0x1p-53;
  for (const auto& [fault, share] : plan_.shares) {
    if (chance < share) {
      if (fault == Fault::kUnavailable) storm_left_ = plan_.storm;
      return fault;
    }
    chance -= share;
  }
  return kNone;
}

bool FaultProxy::Handle(Exchange& exchange, Request& request) {
  ++requests_;
  if (plan_.latency > std::chrono::milliseconds(0)) std::this_thread::sleep_for(plan_.latency);
  const Fault fault = Choose(request);
  switch (fault) {
    case Fault::kReset:
      Count(fault);
      Reset(exchange.client);
      return false;
    case Fault::kUnavailable:
      Count(fault);
      return Send(exchange.client, Refusal(request.head, "503 Service Unavailable", "", "backendError"));
    case Fault::kTooMany:
      Count(fault);
      return Send(exchange.client,
                  Refusal(request.head, "429 Too Many Requests",
                          "Retry-After: " + std::to_string(plan_.retry_after.count()) + "\r\n", "rateLimitExceeded"));
    case Fault::kExpired:
      Count(fault);
      return Send(exchange.client, Refusal(request.head, "401 Unauthorized", "", "authError"));
    case Fault::kDamaged:
      if (request.Damage()) Count(fault);
      break;
    default: break;
  }
  if (!exchange.Connect(TakeServer(request.head, target_), bytes_from_store_)) return false;
  if (!Send(exchange.store.get(), request.head) || !Send(exchange.store.get(), request.body)) return false;
  return PassAnswerOn(exchange, request, fault);
}

bool FaultProxy::PassAnswerOn(Exchange& exchange, const Request& request, Fault fault) {
  std::string head;
  if (!exchange.from_store->TakeUntil("\r\n\r\n", head)) return false;
  if (const std::size_t at = head.find(target_); at != std::string::npos) head.replace(at, target_.size(), endpoint_);
  SendOnHere(head, endpoint_);

  // An answer without a length ends with its connection. Such and chunks are passed on when they have come, others as
  // they come.
  const bool empty = HasNoBody(head, request.method());
  const bool with_length = !HeaderOf(head, "content-length").empty();
  const bool with_end = empty || with_length || IsChunked(head);
  std::string here;
  if (!empty && !with_length) {
    if (with_end) {
      if (!exchange.from_store->TakeBody(head, here)) return false;
    } else {
      for (std::string piece; exchange.from_store->TakeSome(kPiece, piece);) here += piece;
    }
  }
  const std::size_t size = empty ? 0 : with_length ? LengthOf(head) : here.size();

  if (fault == Fault::kLostAnswer) {
    for (std::string piece; with_length && here.size() < size && exchange.from_store->TakeSome(kPiece, piece);) {
      here += piece;
    }
    Count(fault);
    Reset(exchange.client);
    return false;
  }
  if (fault == Fault::kTruncated || fault == Fault::kCutHead || fault == Fault::kSlow) Count(fault);
  if (fault == Fault::kCutHead) {
    Send(exchange.client, std::string_view(head).substr(0, head.size() / 2));
    return false;
  }
  if (fault == Fault::kTruncated && size == 0) return false;
  const bool damaged = fault == Fault::kDamaged && size > 0 && with_length && !HeaderOf(head, "x-goog-hash").empty();
  if (damaged) Count(fault);
  if (!Send(exchange.client, head)) return false;
  const std::size_t end = fault == Fault::kTruncated ? size / 2 : size;
  if (with_length && !damaged && fault != Fault::kSlow) {
    return exchange.from_store->PassOn(end, exchange.client) && end == size && HeaderOf(head, "connection") != "close";
  }
  const std::size_t most = fault == Fault::kSlow ? size / kSlowPieces + 1 : kPiece;
  std::string piece;
  for (std::size_t sent = 0; sent < end; sent += piece.size()) {
    const std::size_t wanted = std::min(most, end - sent);
    if (with_length) {
      if (!exchange.from_store->TakeSome(wanted, piece)) return false;
    } else {
      piece = here.substr(sent, wanted);
    }
    if (damaged && size / 2 >= sent && size / 2 - sent < piece.size()) piece[size / 2 - sent] ^= 1;
    if (fault == Fault::kSlow) std::this_thread::sleep_for(kSlowPause);
    if (!Send(exchange.client, piece)) return false;
  }
  return end == size && with_end && HeaderOf(head, "connection") != "close";
}

}  // namespace beam::testing_storage
