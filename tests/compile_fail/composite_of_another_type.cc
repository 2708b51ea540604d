// The composite's Expand takes a PCollection of another type.
// error: this is not a transform of what stands before the |
#include <string>

#include "beam/transforms/map.h"

struct Halve {
  auto Expand(const beam::PCollection<double>& seconds) const {
    return seconds | beam::Map("Half", [](double s) { return s / 2; });
  }
};

#ifdef FIXED
using Element = double;
#else
using Element = std::string;
#endif

auto Build(const beam::PCollection<Element>& elements) { return elements | Halve{}; }
