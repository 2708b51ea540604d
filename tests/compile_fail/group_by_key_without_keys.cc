// There is nothing to group by.
// error: GroupByKey takes elements of type KV<K, V>
#include <string>

#include "beam/transforms/group_by_key.h"

#ifdef FIXED
using Element = beam::KV<std::string, double>;
#else
using Element = double;
#endif

auto Build(const beam::PCollection<Element>& elements) { return elements | beam::GroupByKey("Group"); }
