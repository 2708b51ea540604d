// LoadNpy and LoadNpz: files of NumPy arrays (npy.h, npz.h).
//
//   auto [arrays, failed] = files | beam::ParDo("Load Npy", klay::LoadNpy{});
//   arrays | beam::Map("Peaks", [](const klay::NpyFile& file) { return Peak(file.array.ToFloats()); });
//
// Whatever cannot be read is `failed`: pickles, which are never loaded, damaged and truncated files, and arrays beyond
// the limit.
//
// Memory: so much as the file has is admitted by beam::MemoryBudget::Process() before it is read, and counts there
// until the steps fused behind this one are done with it. (Of what is compressed, that is too little.)
#pragma once

#include <string>
#include <vector>

#include "beam/io/readable_file.h"
#include "beam/model/output.h"
#include "klay/feature/npy.h"
#include "klay/feature/npz.h"
#include "klay/transforms/elements.h"
#include "klay/transforms/npy_coder.h"

namespace klay {

struct NpyFile {
  std::string path;
  NpyArray array;
};

struct NpzFile {
  std::string path;
  std::vector<NpzEntry> arrays;  // FindArray() looks for a name
};

struct LoadNpy {
  NpyLimits limits = {};

  void ProcessElement(const beam::ReadableFile& file, beam::Output<NpyFile, "arrays"> arrays,
                      beam::Output<Failure, "failed"> failed) const;
};

struct LoadNpz {
  NpyLimits limits = {};  // of all arrays of a file together

  void ProcessElement(const beam::ReadableFile& file, beam::Output<NpzFile, "arrays"> arrays,
                      beam::Output<Failure, "failed"> failed) const;
};

}  // namespace klay
