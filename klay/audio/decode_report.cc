#include "klay/audio/decode_report.h"

namespace klay {

std::string DecodeReport::DamageText() const {
  std::string text;
  for (const std::string& clause : damage) text += (text.empty() ? "" : "; ") + clause;
  const auto more = damage_count - static_cast<std::int64_t>(damage.size());
  if (more > 0) text += "; and " + std::to_string(more) + " more";
  return text;
}

}  // namespace klay
