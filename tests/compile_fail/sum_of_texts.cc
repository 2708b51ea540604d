// Sum adds numbers only.
// error: Sum and Mean add numbers
#include "beam/transforms/map.h"
#include "beam/transforms/sum.h"

auto Build(const beam::PCollection<std::string>& texts) {
#ifdef FIXED
  return texts | beam::Map("Size", [](const std::string& text) { return text.size(); }) | beam::Sum("Total");
#else
  return texts | beam::Sum("Total");
#endif
}
