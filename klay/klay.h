// Everything of klay that a program which processes audio includes, beside beam/beam.h; but for klay/feature/json.h, as
// the library behind that takes a second to compile.
#pragma once

#include "klay/audio/audio_stats.h"
#include "klay/audio/convert_channels.h"
#include "klay/audio/crop.h"
#include "klay/audio/decoder.h"
#include "klay/audio/encoder.h"
#include "klay/audio/load_waveform.h"
#include "klay/audio/loudness.h"
#include "klay/audio/memory_byte_sink.h"
#include "klay/audio/resampler.h"
#include "klay/audio/waveform.h"
#include "klay/feature/npy.h"
#include "klay/feature/npz.h"
#include "klay/path/path.h"
#include "klay/path/suffix_pattern.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/load_audio.h"
#include "klay/transforms/skip_completed.h"
#include "klay/transforms/transcode.h"
