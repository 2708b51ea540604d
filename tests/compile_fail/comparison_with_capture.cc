// A comparison travels by its type, as every function does.
// error: a comparison must be a lambda without captures
#include "beam/transforms/top.h"

auto Build(const beam::PCollection<double>& seconds, [[maybe_unused]] double middle) {
#ifdef FIXED
  return seconds | beam::Top("Top", 3, [](double a, double b) { return a * a < b * b; });
#else
  return seconds | beam::Top("Top", 3, [middle](double a, double b) { return a - middle < b - middle; });
#endif
}
