#include "klay/audio/damage_log.h"

#include <cstdio>
#include <utility>

#include "klay/audio/audio_error.h"

namespace klay::internal {

void DamageLog::Damaged(const std::string& what) { Note("damaged: " + what); }

void DamageLog::DamagedAt(double seconds, const std::string& what) {
  Note("damaged at " + SecondsText(seconds) + ": " + what);
}

void DamageLog::Truncated(const std::string& what) { Note("truncated: " + what); }

void DamageLog::Note(std::string clause) {
  if (policy_ == OnDamage::kFail) {
    const auto& info = report_.info;
    if (info.frames_from_header && clause.find(" frames expected by ") == std::string::npos) {
      clause += " (" + std::to_string(*info.frames_from_header) + " frames expected by " + info.frames_source + ", "
          + std::to_string(report_.frames + report_.skipped_frames) + " decoded before)";
    }
    throw AudioError(clause);
  }
  ++report_.damage_count;
  if (report_.damage.size() < DecodeReport::kMaxDamageTexts) report_.damage.push_back(std::move(clause));
}

std::string SecondsText(double seconds) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3f s", seconds);
  return text;
}

}  // namespace klay::internal
