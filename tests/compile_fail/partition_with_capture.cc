// The function of a Partition travels by its type.
// error: a lambda that captures cannot travel to the workers
#include "beam/transforms/partition.h"

auto Build(const beam::PCollection<double>& seconds, [[maybe_unused]] double limit) {
#ifdef FIXED
  auto [shorter, longer] = seconds | beam::Partition<2>("Length", [](double s) { return s < 60 ? 0 : 1; });
#else
  auto [shorter, longer] = seconds | beam::Partition<2>("Length", [limit](double s) { return s < limit ? 0 : 1; });
#endif
  return longer;
}
