// There are no values where there are no pairs.
// error: Keys, Values and KvSwap take elements of type KV<K, V>
#include "beam/transforms/keys_values.h"
#include "beam/transforms/with_keys.h"

auto Build(const beam::PCollection<double>& seconds) {
#ifdef FIXED
  return seconds | beam::WithKeys("Key", 1) | beam::Values();
#else
  return seconds | beam::Values();
#endif
}
