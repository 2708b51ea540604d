// A ledger: what a job has recorded of each of its inputs, so that a rerun does again exactly what has changed, and
// leaves alone what rightly has no output.
//
//   const klay::LedgerSettings ledger{.folder = "out", .source_dir = "music", .parameters = klay::Fingerprint(step),
//                                     .version = "1.2"};
//   auto [to_do, skipped, failed] = files | beam::ParDo("Skip Completed", klay::SkipCompleted{..., .ledger = ledger});
//   ... outcomes | beam::ParDo("Record Outcomes", klay::RecordOutcomes{ledger});      // outcomes: FileOutcome
//
// An input is skipped if its last record has its size and time, these parameters and this version, and says either that
// it is done, and all of its targets are still there, not empty and of the time that they had then, or that it rightly
// has no output. All else is done, also where targets are there.
//
// Records lie in the folder .klay-ledger below `folder`, as lines of JSON (ledger_record.h) in files that only ever
// appear whole (ledger_segments.h), so that it works on object stores, too, and any number of runs and workers may
// write at once. Each outcome costs one look at each of its targets. To read it: cat out/.klay-ledger/*.jsonl | jq. To
// forget: delete the folder.
//
// A record becomes durable after the target that it tells of, when the first bundle ends two seconds later, and in the
// worker of an engine, which may end any worker then, when its bundle ends. What a run that is killed had not yet
// recorded is done again. What cannot be recorded is a warning and no failure, as it takes nothing from the results.
//
// Memory: a reader holds 32 bytes a record, in one table for the process, which takes it 2 microseconds a record to
// read: 3.2 GB and three minutes for 10^8 inputs. Segments that many runs have left are merged with a block of 64 KB
// for each of 64.
#pragma once

#include <string>
#include <vector>

#include "beam/base/bytes.h"
#include "beam/base/hash.h"
#include "beam/coder/coder.h"
#include "beam/io/file_metadata.h"
#include "klay/transforms/ledger_record.h"

namespace klay {

struct LedgerSettings {
  std::string folder = {};      // of the results; empty: no ledger
  std::string source_dir = {};  // inputs are known by their paths below it; empty: by their whole paths
  std::string parameters = {};  // whatever decides what the results are, as Fingerprint() makes it
  std::string version = {};     // of the program
  bool retry_failed = true;     // false: inputs whose last record says that they failed are skipped, too

  bool used() const { return !folder.empty(); }
};

// What became of an input.
struct FileOutcome {
  beam::FileMetadata input;  // as it was listed
  FileResult result = FileResult::kDone;
  std::string reason = {};                // a sentence; of what is done, what was wrong with it
  std::vector<std::string> targets = {};  // the files that were made, in the order of SkipCompleted's suffixes
};

// Of the fields of a DoFn or any other aggregate that has a coder.
template <class Fields>
std::string Fingerprint(const Fields& fields) {
  beam::Writer out;
  beam::Coder<Fields>::Encode(fields, out, beam::Context::kOuter);
  return internal::HexDigits(beam::HashBytes(out.Take()));
}

}  // namespace klay
