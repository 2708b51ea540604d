// .npz files: several arrays with names, as numpy.savez and numpy.savez_compressed write them: a zip archive whose
// members are .npy files, stored or deflated.
//
// Thread-safe functions.
#pragma once

#include <string>
#include <vector>

#include "beam/base/byte_sink.h"
#include "beam/base/byte_source.h"
#include "klay/feature/npy.h"

namespace klay {

struct NpzEntry {
  std::string name;  // without ".npy"
  NpyArray array;
};

// All arrays, in the order of the archive; members that are not called .npy are left out. `limits` is for all of them
// together. Throws FeatureError, naming the array, for what is wrong with the file, and whatever the source throws.
std::vector<NpzEntry> ReadNpz(beam::ByteSource& source, const NpyLimits& limits = {});

// The array of that name. Throws FeatureError, naming those there are, if there is none.
const NpyArray& FindArray(const std::vector<NpzEntry>& entries, const std::string& name);

enum class NpzCompression { kStored, kDeflated };

// The same arrays give the same bytes. Throws beam::UsageError for names that are empty, equal, or longer than 65,000
// bytes.
void WriteNpz(beam::ByteSink& sink, const std::vector<NpzEntry>& entries,
              NpzCompression compression = NpzCompression::kStored);

}  // namespace klay
