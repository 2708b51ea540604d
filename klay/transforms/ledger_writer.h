// LedgerWriter: what the threads of a process record in one ledger, collected into segments (ledger_segments.h).
//
// Thread-safe. Never throws for what goes wrong with a segment: that is a warning, and its inputs are done again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "klay/transforms/ledger_record.h"

namespace klay::internal {

class LedgerWriter {
 public:
  // Records wait for so long, or until so many are there.
  static constexpr std::chrono::seconds kLongestWait{2};
  static constexpr std::size_t kMostWaiting = 10'000;

  // That of a ledger in this process. It lives while anybody holds it.
  static std::shared_ptr<LedgerWriter> Get(const std::string& ledger_folder);

  explicit LedgerWriter(std::string ledger_folder);
  // Writes what waits.
  ~LedgerWriter();
  LedgerWriter(const LedgerWriter&) = delete;
  LedgerWriter& operator=(const LedgerWriter&) = delete;

  // Of a record whose targets are durable. Fills in when it was recorded.
  void Add(LedgerRecord record);

  // Writes what has waited long enough, or with `now` all: what was added before is durable then, whoever wrote it.
  void Write(bool now = false);

 private:
  using Clock = std::chrono::steady_clock;

  // Writes them, and merges segments now and then.
  void WriteSegment(std::vector<LedgerRecord> records);

  const std::string ledger_folder_;
  const std::string name_;  // in the names of its segments
  std::mutex mutex_;        // of what waits
  std::vector<LedgerRecord> waiting_;
  Clock::time_point waiting_since_;
  std::atomic<std::size_t> segments_{0};
  std::mutex writing_;      // by who writes all
  std::mutex merge_mutex_;  // held by the one that merges, while others go on writing
};

}  // namespace klay::internal
