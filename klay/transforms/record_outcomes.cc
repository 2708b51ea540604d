#include "klay/transforms/record_outcomes.h"

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "beam/base/error.h"
#include "beam/base/process_end.h"
#include "beam/io/file_systems.h"
#include "klay/path/path.h"
#include "klay/transforms/ledger_segments.h"
#include "klay/transforms/ledger_writer.h"

namespace klay {

std::string LedgerInput(const LedgerSettings& ledger, const std::string& path) {
  return ledger.source_dir.empty() ? path : MovePath(path, ledger.source_dir, "");
}

namespace {

internal::LedgerRecord::Target Look(const std::string& path) {
  try {
    const std::optional<beam::FileStatus> status = beam::FileSystemFor(path)->Status(path);
    if (status) return {path, status->metadata.last_updated_in_seconds};
  } catch (const beam::Cancelled&) {
    throw;
  } catch (const beam::Error&) {
    // Then the record says that nobody has seen it, and it is made again.
  }
  return {path};
}

}  // namespace

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
  std::vector<internal::LedgerRecord::Target> targets;
  targets.reserve(outcome.targets.size());
  for (const std::string& target : outcome.targets) targets.push_back(Look(target));
  writer->Add({
      .input = std::move(input),
      .size = outcome.input.size_in_bytes,
      .time = outcome.input.last_updated_in_seconds,
      .parameters = ledger.parameters,
      .version = ledger.version,
      .outcome = outcome.result,
      .reason = outcome.reason,
      .targets = std::move(targets),
  });
}

void RecordOutcomes::FinishBundle(Writer& writer) const { writer->Write(beam::MayEndBehindAnyBundle()); }

}  // namespace klay
