// Only transforms go after a pipe.
// error: this is not a transform of what stands before the |
#include "beam/transforms/map.h"

auto Build(const beam::PCollection<double>& seconds) {
#ifdef FIXED
  return seconds | beam::Map("Plus Seven", [](double s) { return s + 7; });
#else
  return seconds | 7;
#endif
}
