// Inbox: the elements that an engine sends for one bundle, until they are processed.
//
// One thread delivers, another takes.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

namespace beam {

class Inbox {
 public:
  // What came in one piece: whole elements, one behind the other.
  struct Piece {
    std::string transform;  // the source that they are for
    std::string bytes;
    bool is_last = false;    // of that source
    bool is_timers = false;  // not elements
  };

  // Waits while very much is there that nobody has taken, so that an engine faster than its worker waits as well. So do
  // then the elements behind these in the stream, whichever bundle they are for, as in Beam's other SDKs: an engine may
  // not make a bundle wait for one that it sends behind it. Of a bundle that the engine has not asked for everything is
  // taken in, as it may be asked for only when one behind it is done.
  void Deliver(Piece piece);

  // Nothing more will come: with `error`, as the stream has ended.
  void Close(const std::string& error);

  // The bundle has been asked for.
  void Begin();
  // Waits for the next piece. Throws Error if the stream ended before it.
  Piece Take();
  // What is there and what still comes is dropped.
  void Discard();

 private:
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> pieces_;
  std::size_t bytes_ = 0;
  bool has_begun_ = false;
  bool is_discarding_ = false;
  std::string error_;
};

}  // namespace beam
