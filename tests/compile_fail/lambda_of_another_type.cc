// Elements are doubles, the lambda wants text.
// error: this lambda takes another type than the elements of the PCollection before the |
#include <string>

#include "beam/transforms/map.h"

#ifdef FIXED
using Wanted = double;
#else
using Wanted = const std::string&;
#endif

auto Build(const beam::PCollection<double>& seconds) {
  return seconds | beam::Map("Nothing", [](Wanted) { return 0.0; });
}
