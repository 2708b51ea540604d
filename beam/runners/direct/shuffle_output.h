// ShuffleOutput: what one bundle gives to a GroupByKey. In memory, and on disk where it is too much for that.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "beam/model/element_type.h"
#include "beam/runners/direct/shuffle_memory.h"
#include "beam/runners/direct/shuffle_run.h"
#include "beam/runners/direct/shuffle_segment.h"

namespace beam {

struct ShuffleOutput {
  std::shared_ptr<const ShuffleSegment> segment;  // sealed; null where there is none
  std::vector<std::shared_ptr<const ShuffleRun>> runs;

  bool empty() const { return segment == nullptr && runs.empty(); }
};

// The writing end of a stage. One thread.
class SegmentWriter final : public ShuffleWriter {
 public:
  // Both pointers outlive the writer.
  SegmentWriter(const StageCursor* cursor, bool is_global, ShuffleMemory* memory)
      : order(cursor), is_global_(is_global), memory_(memory) {}

  void Write(std::string_view key, std::string_view value, const ElementMeta& meta) override;

  // What was written since the last call.
  ShuffleOutput Take();

  OrderCounter order;

 private:
  bool is_global_;
  ShuffleMemory* memory_;
  Writer window_;
  std::unique_ptr<ShuffleSegment> segment_;
  std::vector<std::shared_ptr<const ShuffleRun>> runs_;
};

}  // namespace beam
