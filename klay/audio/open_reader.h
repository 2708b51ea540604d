// Which reader takes a file: decided by its first bytes.
#pragma once

#include <memory>

#include "klay/audio/block_reader.h"
#include "klay/audio/buffered_source.h"
#include "klay/audio/damage_log.h"
#include "klay/audio/decode_report.h"

namespace klay::internal {

// Throws AudioError if the content is no known audio. Everything given must outlive the reader.
std::unique_ptr<BlockReader> OpenReader(BufferedSource& source, const DecodeOptions& options, DamageLog& damage,
                                        DecodeReport& report);

}  // namespace klay::internal
