// ResourceHints: what the machines should have on which a step runs.
//
//   audio | ParDo("Transcribe", Transcribe{})
//               .WithResourceHints({.min_ram = "16GB", .accelerator = "type:nvidia-l4;count:1;install-nvidia-driver"})
//
// For engines that choose machines by them, as Dataflow does; others leave them alone. So does the embedded runner, by
// design: it has the one machine that it runs on. --resource_hints gives those of a whole pipeline.
//
// The hints of a composite are those of all that it is made of. Where a part has hints of its own, the larger min_ram
// and cpu_count count, and the accelerator of the part.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace beam {

// An amount of memory, by a text such as "16GB" (powers of 1000) or "1.5GiB" (powers of 1024). Throws UsageError for
// another one.
class MinRam {
 public:
  MinRam() = default;
  MinRam(std::string_view text);                                // NOLINT(google-explicit-constructor): a field's value
  MinRam(const char* text) : MinRam(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)

  std::uint64_t bytes() const { return bytes_; }
  auto operator<=>(const MinRam&) const = default;

 private:
  std::uint64_t bytes_ = 0;
};

struct ResourceHints {
  MinRam min_ram = {};           // of a worker; 0: whatever there is
  std::string accelerator = {};  // in the engine's words; empty: none
  int cpu_count = 0;             // of a worker; 0: whatever there is

  auto operator<=>(const ResourceHints&) const = default;
};

// Those of a part, `inner`, within something that has hints, too. Throws UsageError, by name, for hints that make no
// sense.
ResourceHints MergeHints(const ResourceHints& outer, const ResourceHints& inner);

// Of texts like "min_ram=16GB", by the names of Beam's other SDKs. Throws UsageError, naming the hint.
ResourceHints ParseHints(const std::vector<std::string>& texts);

}  // namespace beam
