#include "beam/runners/direct/shuffle_output.h"

#include <utility>

namespace beam {

void SegmentWriter::Write(std::string_view key, std::string_view value, const ElementMeta& meta) {
  if (segment_ == nullptr) segment_ = std::make_unique<ShuffleSegment>();
  window_.Clear();
  if (!is_global_) AppendWindowKey(meta.window, window_);
  segment_->Add(key, window_.view(), value, order.Next());
  if (segment_->byte_size() > memory_->bundle_limit_bytes) {
    segment_->Seal();
    runs_.push_back(WriteShuffleRun({std::exchange(segment_, nullptr)}, memory_->temp_file));
    memory_->spilled_bytes += runs_.back()->region.size();
  }
}

ShuffleOutput SegmentWriter::Take() {
  if (segment_ != nullptr) segment_->Seal();
  return {std::exchange(segment_, nullptr), std::exchange(runs_, {})};
}

}  // namespace beam
