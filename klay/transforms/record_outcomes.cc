#include "klay/transforms/record_outcomes.h"

#include <cassert>
#include <string>
#include <utility>

#include "beam/base/error.h"
#include "klay/path/path.h"
#include "klay/transforms/ledger_segments.h"
#include "klay/transforms/ledger_writer.h"

namespace klay {

std::string LedgerInput(const LedgerSettings& ledger, const std::string& path) {
  return ledger.source_dir.empty() ? path : MovePath(path, ledger.source_dir, "");
}

RecordOutcomes::Writer RecordOutcomes::Setup() const {
  assert(ledger.used());
  return internal::LedgerWriter::Get(internal::LedgerFolder(ledger.folder));
}

void RecordOutcomes::ProcessElement(Writer& writer, const FileOutcome& outcome) const {
  std::string input;
  try {
    input = LedgerInput(ledger, outcome.input.path);
  } catch (const beam::Error&) {
    return;  // it lies outside, which is found anew in every run
  }
  writer->Add({
      .input = std::move(input),
      .size = outcome.input.size_in_bytes,
      .time = outcome.input.last_updated_in_seconds,
      .parameters = ledger.parameters,
      .version = ledger.version,
      .outcome = outcome.result,
      .reason = outcome.reason,
      .targets = outcome.targets,
  });
}

void RecordOutcomes::FinishBundle(Writer& writer) const { writer->Write(); }

}  // namespace klay
