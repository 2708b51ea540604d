// ReadMatches: makes ReadableFiles of what MatchFiles gives (FileMetadata), or of plain paths (std::string).
//
// Opens nothing: that is left to the step that reads. Paths that end in a separator name folders and are dropped.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "beam/io/file_metadata.h"
#include "beam/io/readable_file.h"
#include "beam/transforms/par_do.h"

namespace beam {
namespace internal {

template <class In>
struct ReadMatchesFn {
  Compression compression = Compression::kAuto;

  void ProcessElement(In match, Output<ReadableFile> out) const {
    FileMetadata metadata;
    if constexpr (std::is_same_v<In, FileMetadata>) {
      metadata = std::move(match);
    } else {
      metadata.path = std::move(match);
    }
    if (metadata.path.ends_with('/') || metadata.path.ends_with('\\')) return;
    out.Emit({std::move(metadata), compression});
  }
};

struct ReadMatchesTransform {
  Compression compression;

  template <class In>
  auto ExpandPrimitive(const PCollection<In>& matches, const std::string& label) const {
    constexpr bool kKnown = std::is_same_v<In, FileMetadata> || std::is_same_v<In, std::string>;
    if constexpr (!kKnown) {
      static_assert(kKnown, "ReadMatches takes FileMetadata, as MatchFiles gives it, or paths as std::string");
      return Poison{};
    } else {
      return ParDoTransform<ReadMatchesFn<In>>{{compression}, {}}.ExpandPrimitive(matches, label);
    }
  }
};

}  // namespace internal

// With kAuto, each file's name decides how it is decompressed (compression.h).
inline internal::Labelled<internal::ReadMatchesTransform> ReadMatches(std::string label,
                                                                      Compression compression = Compression::kAuto) {
  return {std::move(label), {compression}};
}

}  // namespace beam
