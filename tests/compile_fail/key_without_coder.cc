// A pointer means nothing on a worker, as a key or otherwise.
// error: WithKeys takes a lambda
#include "beam/transforms/with_keys.h"

auto Build(const beam::PCollection<double>& seconds, [[maybe_unused]] const int* key) {
#ifdef FIXED
  return seconds | beam::WithKeys("Key", *key);
#else
  return seconds | beam::WithKeys("Key", key);
#endif
}
