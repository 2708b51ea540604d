// MergeLedger: what a launcher does once its pipeline is done. An engine may end workers at any time, so that they
// leave the segments that they have written, up to 63 of a level each, to whoever comes next; merged, the next run
// lists and reads few.
#pragma once

#include "klay/transforms/ledger.h"

namespace klay {

// Merges wherever a level of the ledger has 64 segments, whoever has written them. Others may read and write meanwhile.
// Never throws for what goes wrong, which is a warning: all records stay where they are.
void MergeLedger(const LedgerSettings& ledger);

}  // namespace klay
