// Everything of klay that a program which processes audio includes, beside beam/beam.h.
#pragma once

#include "klay/audio/decoder.h"
#include "klay/audio/load_waveform.h"
#include "klay/audio/waveform.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/load_audio.h"
