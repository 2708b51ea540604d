#include "klay/transforms/ledger_writer.h"

#include <exception>
#include <map>
#include <utility>

#include "beam/base/error.h"
#include "beam/base/log.h"
#include "klay/transforms/ledger_segments.h"

namespace klay::internal {
std::shared_ptr<LedgerWriter> LedgerWriter::Get(const std::string& ledger_folder) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<LedgerWriter>> by_folder;
  const std::lock_guard lock(mutex);
  std::weak_ptr<LedgerWriter>& current = by_folder[ledger_folder];
  std::shared_ptr<LedgerWriter> writer = current.lock();
  if (!writer) current = writer = std::make_shared<LedgerWriter>(ledger_folder);
  return writer;
}

LedgerWriter::LedgerWriter(std::string ledger_folder)
    : ledger_folder_(std::move(ledger_folder)), name_(NewLedgerWriterName()) {}

LedgerWriter::~LedgerWriter() {
  Write(true);
  // The runs before this one have each left some.
  if (segments_ != 0) CompactLedgerOrWarn(ledger_folder_, name_);
}

void LedgerWriter::Add(LedgerRecord record) {
  record.recorded = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) waiting_since_ = Clock::now();
    waiting_.push_back(std::move(record));
    full = waiting_.size() >= kMostWaiting;
  }
  if (full) Write(true);
}

void LedgerWriter::Write(bool now) {
  // What somebody else is about to write may be of whoever asks, too.
  std::unique_lock in_turn(writing_, std::defer_lock);
  if (now) in_turn.lock();
  std::vector<LedgerRecord> records;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() || (!now && Clock::now() - waiting_since_ < kLongestWait)) return;
    records = std::exchange(waiting_, {});
  }
  WriteSegment(std::move(records));
}

void LedgerWriter::WriteSegment(std::vector<LedgerRecord> records) {
  const std::size_t count = records.size();
  try {
    WriteLedgerSegment(ledger_folder_, name_, std::move(records));
  } catch (const std::exception& error) {
    beam::LogWarning("the outcomes of " + std::to_string(count)
                     + " inputs could not be recorded in the ledger, so that they are done again: " + error.what());
    return;
  }
  if (++segments_ % kLedgerSegmentsALevel != 0) return;
  const std::unique_lock lock(merge_mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  try {
    CompactLedger(ledger_folder_, name_, LedgerSegmentsOf::kThisWriter);
  } catch (const std::exception&) {
    // Tried again at the end, and said there.
  }
}

}  // namespace klay::internal
