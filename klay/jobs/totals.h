// The results of a job that the program shows, set once by the job's last steps.
#pragma once

#include "beam/model/metrics.h"

namespace klay {

inline const beam::Gauge total_files("klay", "total_files");  // done
inline const beam::Gauge total_skipped("klay", "total_skipped");
inline const beam::Gauge total_failed("klay", "total_failed");
inline const beam::Gauge total_microseconds("klay", "total_microseconds");  // of audio

// Of a dry run, in which total_files would be made.
inline const beam::Gauge is_dry_run("klay", "is_dry_run");    // 1
inline const beam::Gauge files_to_do("klay", "files_to_do");  // good or not
inline const beam::Gauge bytes_to_do("klay", "bytes_to_do");
inline const beam::Gauge reads_to_do("klay", "reads_to_do");          // requests to stores
inline const beam::Gauge files_looked_at("klay", "files_looked_at");  // of those to do: all of them, or a sample
inline const beam::Gauge bytes_looked_at("klay", "bytes_looked_at");
// Of the good ones among those that were looked at, as is total_microseconds.
inline const beam::Gauge planned_source_bytes("klay", "planned_source_bytes");
inline const beam::Gauge planned_target_bytes("klay", "planned_target_bytes");    // of those whose size can be known
inline const beam::Gauge planned_unknown_sizes("klay", "planned_unknown_sizes");  // how many are none of these
inline const beam::Gauge planned_looks("klay", "planned_looks");                  // requests to stores
inline const beam::Gauge planned_writes("klay", "planned_writes");                // likewise
// Requests to the store of the ledger.
inline const beam::Gauge planned_ledger_reads("klay", "planned_ledger_reads");
inline const beam::Gauge planned_ledger_writes("klay", "planned_ledger_writes");

}  // namespace klay
