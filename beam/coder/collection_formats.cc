#include "beam/coder/collection_formats.h"

#include <algorithm>

namespace beam::internal {

void SortPointers(std::vector<const void*>& pointers, bool (*less)(const void*, const void*)) {
  std::sort(pointers.begin(), pointers.end(), less);
}

}  // namespace beam::internal
