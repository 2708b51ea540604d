// .npy files: one array, as numpy.save writes it. Byte for byte what NumPy writes; reads versions 1 to 3, C and Fortran
// order, all plain dtypes in both byte orders. Python objects (pickles) are refused and never loaded.
//
//   const klay::NpyArray array = klay::ReadNpy(*file.Open());
//   const std::vector<float> values = array.Values<float>();   // in C order, whatever the file has
//
// A header that claims more than the file holds is refused before anything is allocated for it. Bytes behind the array
// are left alone (several arrays can follow each other in one file). Thread-safe functions.
#pragma once

#include <cstdint>

#include "beam/base/byte_sink.h"
#include "beam/base/byte_source.h"
#include "klay/audio/waveform.h"
#include "klay/feature/feature_error.h"
#include "klay/feature/npy_array.h"

namespace klay {

struct NpyLimits {
  // A larger array is a FeatureError.
  std::uint64_t max_bytes = std::uint64_t{16} << 30;
};

// Reads the array that begins where `source` stands (at its start, unless the caller has moved it). Throws FeatureError
// for what is wrong with the file, and whatever the source throws.
NpyArray ReadNpy(beam::ByteSource& source, const NpyLimits& limits = {});

void WriteNpy(beam::ByteSink& sink, const NpyArray& array);

// The samples as float32 of shape (channels, frames).
void WriteNpy(beam::ByteSink& sink, const Waveform& waveform);

}  // namespace klay
