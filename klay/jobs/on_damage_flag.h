// --on_damage, of every job that decodes.
#pragma once

#include "beam/runners/options_value.h"
#include "klay/audio/decode_report.h"

template <>
struct beam::FlagChoices<klay::OnDamage> {
  static constexpr beam::FlagChoice<klay::OnDamage> kAll[] = {{"fail", klay::OnDamage::kFail},
                                                              {"keep", klay::OnDamage::kKeep}};
};
