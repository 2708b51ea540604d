// Text and numbers in one PCollection.
// error: the inputs of a Flatten must have elements of one type
#include <string>

#include "beam/transforms/flatten.h"

#ifdef FIXED
using Second = double;
#else
using Second = std::string;
#endif

auto Build(const beam::PCollection<double>& first, const beam::PCollection<Second>& second) {
  return beam::Flatten("All", first, second);
}
