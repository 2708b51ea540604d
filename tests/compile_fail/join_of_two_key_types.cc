// Keys of two types are never equal.
// error: the inputs of a CoGroupByKey must be PCollections of KV<K, V> with one key type
#include "beam/transforms/co_group_by_key.h"
#include "beam/transforms/map.h"

using Ages = beam::PCollection<beam::KV<std::string, int>>;
using Towns = beam::PCollection<beam::KV<int, std::string>>;

auto Build(const Ages& ages, const Towns& towns) {
#ifdef FIXED
  return beam::CoGroupByKey("Join", ages, towns | beam::Map("Key", [](const beam::KV<int, std::string>& town) {
                                            return beam::KV<std::string, std::string>{std::to_string(town.key),
                                                                                      town.value};
                                          }));
#else
  return beam::CoGroupByKey("Join", ages, towns);
#endif
}
