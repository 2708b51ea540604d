// Sorting of shuffle records: by groups first, which is much less work than comparing each with each.
#pragma once

#include <utility>
#include <vector>

#include "beam/runners/direct/shuffle_segment.h"

namespace beam {

// [begin, end) of records that lie in a row.
using ShuffleSpan = std::pair<const ShuffleRecord*, const ShuffleRecord*>;

// All records of the spans, in the order of ShuffleLess.
std::vector<ShuffleRecord> SortShuffleRecords(const std::vector<ShuffleSpan>& spans);

}  // namespace beam
