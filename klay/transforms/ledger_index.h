// LedgerIndex: the last record of each input, as far as the question goes whether it is done again.
//
// Immutable, so any thread may ask. 32 bytes a record.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "klay/transforms/ledger_record.h"

namespace klay::internal {

class LedgerIndex {
 public:
  // That of a ledger, read when the first one of this process asks. It lives while anybody holds it, so that each run
  // reads anew. Throws beam::Error if the ledger cannot be read.
  static std::shared_ptr<const LedgerIndex> Get(const std::string& ledger_folder);

  explicit LedgerIndex(const std::string& ledger_folder);

  // The last record of the input with this key; null if there is none.
  const LedgerEntry* Find(std::uint64_t key) const;

  std::size_t size() const { return entries_.size(); }

 private:
  std::vector<LedgerEntry> entries_;  // by key
};

}  // namespace klay::internal
