// What works per key needs pairs.
// error: takes elements of type KV<K, V>
#include "beam/transforms/mean.h"
#include "beam/transforms/with_keys.h"

auto Build(const beam::PCollection<double>& seconds) {
#ifdef FIXED
  return seconds | beam::WithKeys("Key", [](double s) { return s > 60; }) | beam::MeanPerKey("Mean");
#else
  return seconds | beam::MeanPerKey("Mean");
#endif
}
