// FaultProxy: a way to a store's emulator on which requests fail as they do on networks and in stores.
//
// It passes HTTP/1.1 on, request by request, and does to some of them what its plan says. To which ones is decided by
// the plan's seed, what is asked for, and how often that was asked before: the order in which threads ask is of no
// account. It counts what it did, so that a test can demand that each fault has happened. Whoever the store sends on to
// another server of this machine, as HDFS does to its data nodes, goes there through it, too.
//
// Thread-safe; a thread of its own for each connection.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "beam/io/unique_fd.h"

namespace beam::testing_storage {

enum class Fault {
  kReset,        // the connection is reset before the store hears of the request
  kLostAnswer,   // the store does what is asked; instead of its answer the connection is reset
  kUnavailable,  // 503, and so are the next FaultPlan::storm requests, whatever they are
  kTooMany,      // 429 with Retry-After
  kSlow,         // the answer comes in pieces, with pauses between them
  kTruncated,    // the answer ends in the middle of its body; if it has none, before it begins
  kCutHead,      // the answer ends in the middle of its head
  kDamaged,      // a byte of an object is another one, on its way there or back, where a checksum goes with it
  kExpired,      // 401: its token, if it has one, is no longer good, whatever it is shown for
};
inline constexpr std::size_t kFaults = 9;

// "reset", "lost answer", ...
std::string_view NameOf(Fault fault);

struct FaultPlan {
  std::uint64_t seed = 1;
  std::map<Fault, double> shares = {};  // of all requests, 1 being all; together at most 1
  unsigned times = 3;                   // that the same request is met, at most, but by a storm
  unsigned storm = 30;
  std::uint64_t storm_at = 0;            // the request with which one begins in any case; 0: there is none
  std::chrono::seconds retry_after{1};   // that a client is told to wait where it asks too often
  std::uint64_t token_life = 0;          // so many requests a token is good for before it may expire
  std::chrono::milliseconds latency{0};  // before each request
};

class FaultProxy {
 public:
  // To the store at `endpoint`, HOST:PORT of this machine, which it stands for in what that answers.
  FaultProxy(std::string endpoint, FaultPlan plan);
  // Waits for what the store was asked, be there somebody left who wants to know or not.
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  // "127.0.0.1:PORT"
  const std::string& endpoint() const { return endpoint_; }

  // Requests so far, and those of them that met this fault.
  std::uint64_t requests() const { return requests_; }
  std::uint64_t count(Fault fault) const { return counts_[static_cast<std::size_t>(fault)]; }

  // Bytes that have come from the store so far, heads too.
  std::uint64_t bytes_from_store() const { return bytes_from_store_; }

 private:
  struct Connection {
    internal::UniqueFd client;
    std::thread thread;
    bool is_over = false;
  };
  struct Request;
  struct Exchange;

  void Accept();
  void Serve(Connection& connection);
  // False where the connection is over.
  bool Handle(Exchange& exchange, Request& request);
  bool PassAnswerOn(Exchange& exchange, const Request& request, Fault fault);
  // What happens to a request; kFaults for nothing.
  Fault Choose(const Request& request);
  // The same, by its plan, of what it is asked for that often already. With the mutex held.
  Fault ChooseByPlan(std::uint64_t key, unsigned asked);
  void Count(Fault fault) { ++counts_[static_cast<std::size_t>(fault)]; }

  const std::string target_;
  const FaultPlan plan_;
  std::string endpoint_;
  const internal::UniqueFd listening_;
  std::atomic<std::uint64_t> requests_ = 0;
  std::array<std::atomic<std::uint64_t>, kFaults> counts_ = {};
  std::atomic<std::uint64_t> bytes_from_store_ = 0;

  std::mutex mutex_;  // what is below
  std::list<Connection> connections_;
  std::unordered_map<std::uint64_t, unsigned> asked_;  // how often, by what is asked for
  struct Token {
    std::uint64_t requests = 0;
    bool is_expired = false;
  };
  std::unordered_map<std::string, Token> tokens_;
  std::uint64_t chosen_ = 0;
  unsigned storm_left_ = 0;

  std::thread acceptor_;
};

}  // namespace beam::testing_storage
