// MatchManifest: the files that a manifest names, at the start of a pipeline.
//
//   auto [files, missing] = p
//       | klay::MatchManifest{.manifest = "gs://lists/tracks.json", .base_folder = "gs://music"};
//   files | beam::Reshuffle("Prevent Fusion") | beam::ReadMatches("Read") | ...
//
// A manifest is a JSON file: a list of names, or an object whose values are lists of names and whose keys do not
// matter. Each name is one file below the base folder, and comes as often as it is named, as beam::FileMetadata; a name
// at which there is no file is `missing`, with the reason. So is a name that could not be looked for.
//
// A manifest that cannot be read, or is none, fails the run, and says what is wrong with it.
//
// Names are looked for folder by folder, by many threads. Where several names lie in a folder it is listed, once;
// single names are looked up. The whole manifest is kept in memory while it is taken apart.
//
// From klay_beam: MatchFiles(dataset_name, bucket_name), whose manifests lie at a fixed place, whose names are patterns
// and looked up one by one, and which says nothing of names that match nothing.
#pragma once

#include <string>
#include <tuple>

#include "beam/io/file_metadata.h"
#include "beam/model/pcollection.h"
#include "klay/transforms/elements.h"

namespace klay {

struct MatchManifest {
  std::string manifest;          // the path of one; unpacked as its name says (compression.h)
  std::string base_folder = {};  // empty: names are whole paths
  // Names with '*', '?' or '[' are patterns (glob.h) and give all files they match, in order. The base folder is never
  // a pattern.
  bool patterns = false;

  std::tuple<beam::PCollection<beam::FileMetadata>, beam::PCollection<Failure>> Expand(beam::Pipeline& pipeline) const;
};

}  // namespace klay
