#include "klay/jobs/estimate.h"

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "beam/base/error.h"
#include "beam/io/request_counts.h"

namespace klay {
namespace {

constexpr double kSecondsPerHour = 3600;

// So many digits as say something.
std::string Number(double value) {
  if (value == 0) return "0";
  char text[64];
  std::snprintf(text, sizeof text, value >= 100 ? "%.0f" : value >= 1 ? "%.1f" : "%.4f", value);
  return text;
}

std::string Bytes(double bytes) {
  const char* unit = " TB";
  double value = bytes / 1e12;
  for (const auto& [smaller, name] : {std::pair(1e9, " GB"), std::pair(1e6, " MB"), std::pair(1e3, " kB")}) {
    if (value >= 1) break;
    value = bytes / smaller;
    unit = name;
  }
  return Number(value) + unit;
}

std::string CostText(const Estimate& estimate, const EstimateOptions& options) {
  std::string missing;
  for (const auto& [flag, price] :
       {std::pair<const char*, const std::optional<double>&>{"price_per_vcpu_hour", options.price_per_vcpu_hour},
        {"price_per_gb_hour", options.price_per_gb_hour},
        {"price_per_1000_writes", options.price_per_1000_writes},
        {"price_per_1000_reads", options.price_per_1000_reads}}) {
    if (!price) missing.append(missing.empty() ? "--" : ", --").append(flag);
  }
  if (!estimate.cost) return "no price is built in; give those of your region: " + missing;
  return "about " + Number(*estimate.cost) + " by the prices given" + (missing.empty() ? "" : ", without " + missing);
}

}  // namespace

void EstimateOptions::Validate() const {
  const auto check = [](const char* flag, double value) {
    if (std::isfinite(value) && value >= 0) return;
    throw beam::UsageError(std::string("--") + flag + " must be a number that is not negative");
  };
  check("cpu_seconds_per_audio_hour", cpu_seconds_per_audio_hour.value().value_or(0));
  check("memory_gb_per_vcpu", memory_gb_per_vcpu);
  check("price_per_vcpu_hour", price_per_vcpu_hour.value().value_or(0));
  check("price_per_gb_hour", price_per_gb_hour.value().value_or(0));
  check("price_per_1000_writes", price_per_1000_writes.value().value_or(0));
  check("price_per_1000_reads", price_per_1000_reads.value().value_or(0));
}

Estimate MakeEstimate(const EstimateBasis& basis, const CpuRate& rate, const EstimateOptions& options) {
  Estimate estimate;
  const auto whole_of = [](double all, double part) { return part > 0 ? all / part : 0.0; };
  const double by_bytes = whole_of(static_cast<double>(basis.bytes), static_cast<double>(basis.looked_at_bytes));
  const double by_files = whole_of(static_cast<double>(basis.files), static_cast<double>(basis.looked_at));
  estimate.audio_hours = basis.audio_seconds * by_bytes / kSecondsPerHour;
  estimate.vcpu_hours = estimate.audio_hours
      * options.cpu_seconds_per_audio_hour.value().value_or(rate.seconds_per_audio_hour) / kSecondsPerHour;
  estimate.gb_hours = estimate.vcpu_hours * options.memory_gb_per_vcpu;
  estimate.lists = basis.lists;
  estimate.looks = std::llround(static_cast<double>(basis.looks) * by_files);
  estimate.reads = basis.reads + basis.ledger_reads;
  estimate.writes = std::llround(static_cast<double>(basis.writes) * by_files);
  if (basis.files > 0) estimate.writes += basis.ledger_writes;
  if (basis.unknown_sizes == 0) estimate.target_bytes = static_cast<double>(basis.target_bytes) * by_files;

  const auto add = [&](const std::optional<double>& price, double amount) {
    if (price) estimate.cost = estimate.cost.value_or(0) + *price * amount;
  };
  add(options.price_per_vcpu_hour, estimate.vcpu_hours);
  add(options.price_per_gb_hour, estimate.gb_hours);
  add(options.price_per_1000_writes, static_cast<double>(estimate.writes + estimate.lists) / 1000);
  add(options.price_per_1000_reads, static_cast<double>(estimate.reads + estimate.looks) / 1000);
  return estimate;
}

std::string EstimateText(const EstimateBasis& basis, const CpuRate& rate, const EstimateOptions& options) {
  const Estimate estimate = MakeEstimate(basis, rate, options);
  std::string text = "estimate of the run:\n  files: " + std::to_string(basis.files) + ", "
      + Bytes(static_cast<double>(basis.bytes)) + "\n  audio: " + Number(estimate.audio_hours) + " h, by ";
  text += basis.is_sample() ? "the headers of " + std::to_string(basis.looked_at) + " of them, with "
          + Bytes(static_cast<double>(basis.looked_at_bytes))
                            : std::string("the headers of all of them");
  const std::optional<double>& given = options.cpu_seconds_per_audio_hour;
  text += "\n  CPU: about " + Number(estimate.vcpu_hours) + " vCPU hours, at "
      + Number(given.value_or(rate.seconds_per_audio_hour)) + " s for an hour of audio "
      + (given ? "(--cpu_seconds_per_audio_hour)"
               : std::string("(measured: ") + rate.work + "; --cpu_seconds_per_audio_hour is yours)");
  text += "\n  memory: about " + Number(estimate.gb_hours) + " GB hours, with " + Number(options.memory_gb_per_vcpu)
      + " GB for each vCPU (--memory_gb_per_vcpu)";
  beam::StoreRequests requests{};
  requests[static_cast<std::size_t>(beam::RequestVerb::kList)] = estimate.lists;
  requests[static_cast<std::size_t>(beam::RequestVerb::kLook)] = estimate.looks;
  requests[static_cast<std::size_t>(beam::RequestVerb::kRead)] = estimate.reads;
  requests[static_cast<std::size_t>(beam::RequestVerb::kWrite)] = estimate.writes;
  const bool asks_none = estimate.lists + estimate.looks + estimate.reads + estimate.writes == 0;
  text +=
      '\n' + (asks_none ? "  requests to stores: none\n" : beam::RequestsText({{"  requests to stores", requests}}));
  if (estimate.target_bytes.value_or(0) > 0) text += "  results: about " + Bytes(*estimate.target_bytes) + '\n';
  text += "  cost: " + CostText(estimate, options);
  return text
      + "\n  not in it: machines while they start, wait for a store or for the last files; disks; what leaves a "
        "region\n";
}

}  // namespace klay
