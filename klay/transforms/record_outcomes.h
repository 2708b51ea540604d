// RecordOutcomes: writes what became of inputs into a ledger (ledger.h). Put it behind the step that makes the targets,
// with nothing between, so that it sees an outcome only once its targets are durable.
//
//   outcomes | beam::ParDo("Record Outcomes", klay::RecordOutcomes{ledger});
#pragma once

#include <memory>

#include "klay/transforms/ledger.h"

namespace klay {

namespace internal {
class LedgerWriter;
}

struct RecordOutcomes {
  LedgerSettings ledger;

  using Writer = std::shared_ptr<internal::LedgerWriter>;

  Writer Setup() const;
  void ProcessElement(Writer& writer, const FileOutcome& outcome) const;
  void FinishBundle(Writer& writer) const;
};

// How the ledger knows the input at `path`. Throws beam::Error if it does not lie in source_dir.
std::string LedgerInput(const LedgerSettings& ledger, const std::string& path);

}  // namespace klay
