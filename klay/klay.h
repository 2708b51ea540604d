// Everything of klay that a program which processes audio includes, beside beam/beam.h.
#pragma once

#include "klay/audio/decoder.h"
#include "klay/audio/encoder.h"
#include "klay/audio/load_waveform.h"
#include "klay/audio/memory_byte_sink.h"
#include "klay/audio/waveform.h"
#include "klay/feature/json.h"
#include "klay/feature/npy.h"
#include "klay/feature/npz.h"
#include "klay/path/path.h"
#include "klay/path/suffix_pattern.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/load_audio.h"
