// Fuzzes the reader of a ledger's lines, which users may have edited: any bytes are a record or are none.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "klay/transforms/ledger_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto entry = klay::internal::ParseLedgerLine(line);
  if (entry && entry->outcome() > klay::FileResult::kFailed) std::abort();
  return 0;
}
