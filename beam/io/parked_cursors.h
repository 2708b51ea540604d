// Cursors that rest between two slices of a match.
//
// A match that yields goes on later, perhaps on another thread and in another instance of its DoFn. Where the cursor is
// still around it goes on at once; otherwise a new one finds its way by the token, at the cost of reading folders
// again.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "beam/io/match_cursor.h"

namespace beam::internal {

// Thread-safe. One for the process, alive while anybody holds it: no cursor outlasts the run it belongs to.
class ParkedCursors {
 public:
  static std::shared_ptr<ParkedCursors> Get();

  // A cursor for `pattern` that goes on behind the path `token` (empty: at the start).
  std::unique_ptr<MatchCursor> Take(const std::string& pattern, const std::string& token, EmptyMatchTreatment empty);

  // Keeps `cursor`, whose last match was `token`. Of many, those that have rested longest are dropped.
  void Park(const std::string& pattern, const std::string& token, EmptyMatchTreatment empty,
            std::unique_ptr<MatchCursor> cursor);

 private:
  struct Parked {
    std::string pattern;
    std::string token;
    EmptyMatchTreatment empty;
    std::unique_ptr<MatchCursor> cursor;
  };

  std::mutex mutex_;
  std::list<Parked> parked_;  // the oldest first
};

}  // namespace beam::internal
