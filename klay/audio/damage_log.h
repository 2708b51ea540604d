// DamageLog: where every part of the decoder says what is wrong with a file. It holds the policy: with OnDamage::kFail
// the first thing said becomes an AudioError, with kKeep it is written into the report.
#pragma once

#include <cstdint>
#include <string>

#include "klay/audio/decode_report.h"

namespace klay::internal {

class DamageLog {
 public:
  DamageLog(OnDamage policy, DecodeReport& report) : policy_(policy), report_(report) {}

  // `what` reads as the rest of a sentence: "30 bytes between two frames are not audio".
  void Damaged(const std::string& what);
  // The same, at a place of the signal.
  void DamagedAt(double seconds, const std::string& what);
  // The file ends too early.
  void Truncated(const std::string& what);

  bool keeps() const { return policy_ == OnDamage::kKeep; }
  std::int64_t count() const { return report_.damage_count; }

 private:
  void Note(std::string clause);

  OnDamage policy_;
  DecodeReport& report_;
};

// "3.970 s"
std::string SecondsText(double seconds);

}  // namespace klay::internal
