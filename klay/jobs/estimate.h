// The estimate of a run, told before it is launched (--dry_run): audio, CPU time, memory, requests and, by the prices
// that the user gives, costs. Arithmetic alone; what it starts from is made in plan.h.
//
// No price is built in: they differ by region, contract and month, and one that is wrong is worse than none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "beam/runners/options_flag.h"
#include "klay/jobs/cpu_rate.h"

namespace klay {

struct EstimateOptions {
  beam::Flag<std::optional<double>, "of one core, as a local run tells it; nothing: as it was measured for the job">
      cpu_seconds_per_audio_hour = {};
  beam::Flag<double, "of a machine, for each of its virtual cores"> memory_gb_per_vcpu = 4.0;
  beam::Flag<std::optional<double>, "of a virtual core, in any currency"> price_per_vcpu_hour = {};
  beam::Flag<std::optional<double>, "of memory"> price_per_gb_hour = {};
  beam::Flag<std::optional<double>, "of requests that write and list (class A)"> price_per_1000_writes = {};
  beam::Flag<std::optional<double>, "of requests that read and look (class B)"> price_per_1000_reads = {};

  void Validate() const;
};

// Sums of a plan (plan.h).
struct EstimateBasis {
  // The files to be worked on.
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t reads = 0;  // requests to stores
  std::int64_t lists = 0;  // those that the listing took
  // Of them, those that were looked at, broken ones included.
  std::int64_t looked_at = 0;
  std::int64_t looked_at_bytes = 0;
  // Of these, the good ones.
  double audio_seconds = 0;
  std::int64_t source_bytes = 0;
  std::int64_t target_bytes = 0;   // of those whose size can be known
  std::int64_t unknown_sizes = 0;  // how many are none of these
  std::int64_t looks = 0;          // requests to stores
  std::int64_t writes = 0;         // likewise
  // Requests to the store of the ledger, where there is one.
  std::int64_t ledger_reads = 0;
  std::int64_t ledger_writes = 0;

  bool is_sample() const { return looked_at < files; }
};

struct Estimate {
  double audio_hours = 0;
  double vcpu_hours = 0;
  double gb_hours = 0;  // of memory
  std::int64_t lists = 0;
  std::int64_t looks = 0;
  std::int64_t reads = 0;
  std::int64_t writes = 0;
  std::optional<double> target_bytes = {};  // nothing where not every size can be known
  std::optional<double> cost = {};          // of what has a price; nothing where nothing has one
};

// Audio is taken to be as much as the files' bytes are of those that were looked at, results as many as the files are.
Estimate MakeEstimate(const EstimateBasis& basis, const CpuRate& rate, const EstimateOptions& options);

// Several lines, with the rates that it is made of.
std::string EstimateText(const EstimateBasis& basis, const CpuRate& rate, const EstimateOptions& options);

}  // namespace klay
