// GroupChunk: the groups of a partition, ready to be fed to a stage. Over memory, or over sorted records on disk.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "beam/model/element_type.h"
#include "beam/runners/direct/disk_record.h"
#include "beam/runners/direct/shuffle_segment.h"
#include "beam/runners/direct/temp_file.h"

namespace beam {

// `records` must be sorted by ShuffleLess; `owners` own what they point to.
std::shared_ptr<const Chunk> MakeGroupChunk(const KvType* type, bool is_global, std::vector<ShuffleRecord> records,
                                            std::vector<std::shared_ptr<const void>> owners);

// Over the whole of `region`, which holds sorted records.
std::shared_ptr<const Chunk> MakeGroupChunk(const KvType* type, bool is_global,
                                            std::shared_ptr<const TempRegion> region);

}  // namespace beam
