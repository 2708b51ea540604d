// The files that a ledger consists of: FOLDER/.klay-ledger/<milliseconds>-<writer>-<level>.jsonl, each a segment of
// lines (ledger_record.h) in the order of their keys. Other names that end in .jsonl count as segments, too.
//
// A segment is written once, whole, and never changed: whoever writes adds files and takes nothing from others.
// Many are merged into one of the next level, which is there before they are deleted. So it can go wrong nowhere: a run
// that is killed between leaves lines twice, two that merge the same segments write them twice, and of two lines the
// last one counts in any case. Who reads while others merge looks again (ReadLedger).
//
// Thread-safe functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "klay/transforms/ledger_record.h"

namespace klay::internal {

// Where a ledger's segments are, with a slash at the end. `folder` may be empty: the current one.
std::string LedgerFolder(const std::string& folder);

// Calls `each` for every record of the ledger, in no order. Lines that are no records are left out, with a warning that
// names their segment. A ledger that is not there has no records. Throws beam::Error if it cannot be read.
void ReadLedger(const std::string& ledger_folder, const std::function<void(const LedgerEntry& entry)>& each);

// How large all segments are together.
std::int64_t LedgerBytes(const std::string& ledger_folder);

// How many requests it takes to read all segments from a store. Lists them once, as the end of a run that writes some
// does (LedgerWriter).
std::int64_t ExpectedLedgerReads(const std::string& ledger_folder);

// What a writer calls himself, so that nobody else does: 16 hexadecimal digits.
std::string NewLedgerWriterName();

// Writes one segment of level 0, by `writer`.
void WriteLedgerSegment(const std::string& ledger_folder, const std::string& writer,
                        const std::vector<LedgerRecord>& records);

// So many segments of one level are merged into one of the next, so that of a million some 250 are left at most.
inline constexpr std::size_t kLedgerSegmentsALevel = 64;

enum class LedgerSegmentsOf { kThisWriter, kAll };

// Merges, by the name of `writer`, wherever a level has that many segments of these.
void CompactLedger(const std::string& ledger_folder, const std::string& writer, LedgerSegmentsOf whose);

// The same of all, at the end of a run: what goes wrong is a warning, and the next run merges them.
void CompactLedgerOrWarn(const std::string& ledger_folder, const std::string& writer);

}  // namespace klay::internal
