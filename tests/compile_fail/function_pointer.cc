// The address of a function differs from process to process.
// error: a function pointer means nothing on a worker
#include "beam/transforms/map.h"

inline double Half(double seconds) { return seconds / 2; }

auto Build(const beam::PCollection<double>& seconds) {
#ifdef FIXED
  return seconds | beam::Map("Half", [](double s) { return Half(s); });
#else
  return seconds | beam::Map("Half", Half);
#endif
}
