#include "beam/model/resource_hints.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "beam/base/byte_size.h"
#include "beam/base/error.h"

namespace beam {
namespace {

int ParseCpuCount(std::string_view text) {
  int count = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || stopped != end || count < 1) {
    throw UsageError("the resource hint cpu_count must be a number of at least 1, not '" + std::string(text) + "'");
  }
  return count;
}

void Check(const ResourceHints& hints) {
  if (hints.cpu_count < 0) {
    throw UsageError("the resource hint cpu_count must not be negative, as " + std::to_string(hints.cpu_count) + " is");
  }
  // It crosses as ASCII.
  if (!std::all_of(hints.accelerator.begin(), hints.accelerator.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    throw UsageError("the resource hint accelerator must be like type:nvidia-l4;count:1;install-nvidia-driver, not '"
                     + hints.accelerator + "'");
  }
}

}  // namespace

MinRam::MinRam(std::string_view text) {
  const auto size = ParseByteSize(text);
  if (!size || size->bytes == 0) {
    throw UsageError("the resource hint min_ram must be a size such as 16GB or 1.5GiB, not '" + std::string(text)
                     + "'");
  }
  bytes_ = size->bytes;
}

ResourceHints MergeHints(const ResourceHints& outer, const ResourceHints& inner) {
  Check(inner);
  return {.min_ram = std::max(outer.min_ram, inner.min_ram),
          .accelerator = inner.accelerator.empty() ? outer.accelerator : inner.accelerator,
          .cpu_count = std::max(outer.cpu_count, inner.cpu_count)};
}

ResourceHints ParseHints(const std::vector<std::string>& texts) {
  ResourceHints hints;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
    if (name == "min_ram" || name == "minRam") {
      hints.min_ram = std::string_view(value);
    } else if (name == "cpu_count" || name == "cpuCount") {
      hints.cpu_count = ParseCpuCount(value);
    } else if (name == "accelerator") {
      if (value.empty()) throw UsageError("the resource hint accelerator needs a value: accelerator=VALUE");
      hints.accelerator = value;
    } else {
      throw UsageError("there is no resource hint '" + name + "': there are min_ram, accelerator and cpu_count");
    }
  }
  Check(hints);
  return hints;
}

}  // namespace beam
