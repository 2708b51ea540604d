// The header of a .npy file: what its array is, as the text of a Python dictionary.
//
//   "\x93NUMPY" major8 minor8 length(16 bits in version 1, 32 in 2 and 3, little-endian) text[length]
//   {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   padded with blanks to a multiple of 64, and a newline
// Version 3 differs from 2 by its text being UTF-8, not Latin-1; what we accept of it is ASCII.
// Source: NumPy Enhancement Proposal 1, and numpy.lib.format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "klay/feature/dtype.h"

namespace klay::internal {

struct NpyHeader {
  Dtype dtype;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;

  bool operator==(const NpyHeader&) const = default;
};

// "\x93NUMPY", the version, and the longest field of the length.
inline constexpr std::size_t kNpyPrefixBytes = 12;
// NumPy's own limit is 10,000 bytes; no array without field names comes near it.
inline constexpr std::size_t kMaxNpyHeaderText = std::size_t{64} << 10;

// Where the text of the header begins and how long it is, from the first kNpyPrefixBytes bytes (fewer where the file is
// shorter). Throws FeatureError if these begin no .npy file.
struct NpyPrefix {
  std::size_t text_at = 0;
  std::size_t text_bytes = 0;
};
NpyPrefix ParseNpyPrefix(std::string_view bytes);

// Throws FeatureError, for structured and object dtypes in words that say so.
NpyHeader ParseNpyHeaderText(std::string_view text);

// The whole header, byte for byte what NumPy writes (version 1, or 2 where that is too short).
std::string MakeNpyHeader(const NpyHeader& header);

}  // namespace klay::internal
