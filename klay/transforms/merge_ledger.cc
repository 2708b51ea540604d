#include "klay/transforms/merge_ledger.h"

#include "klay/transforms/ledger_segments.h"

namespace klay {

void MergeLedger(const LedgerSettings& ledger) {
  internal::CompactLedgerOrWarn(internal::LedgerFolder(ledger.folder), internal::NewLedgerWriterName());
}

}  // namespace klay
