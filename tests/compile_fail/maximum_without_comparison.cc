// Structs have no order unless somebody gives one.
// error: there is no such comparison of these values
#include "beam/transforms/min_max.h"

struct Song {
  std::string path;
  double seconds;
};

auto Build(const beam::PCollection<Song>& songs) {
#ifdef FIXED
  return songs | beam::Max("Longest", [](const Song& a, const Song& b) { return a.seconds < b.seconds; });
#else
  return songs | beam::Max("Longest");
#endif
}
