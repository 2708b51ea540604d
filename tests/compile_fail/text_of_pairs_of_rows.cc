// A key and a value stand on either side of the delimiter as texts.
// error: KvsToString takes keys and values that are texts, numbers or bools
#include <vector>

#include "beam/transforms/to_string.h"

auto Build(const beam::PCollection<beam::KV<int, std::vector<int>>>& pairs) {
#ifdef FIXED
  return pairs | beam::ToString();
#else
  return pairs | beam::KvsToString();
#endif
}
