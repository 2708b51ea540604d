#include "beam/model/window_fn.h"

#include "beam/base/error.h"

namespace beam {

Window WindowingStrategy::Assign(Timestamp timestamp) const {
  if (IsGlobal()) return Window::Global();
  const std::int64_t since = timestamp.millis - offset_millis;
  // Rounds towards minus infinity, as timestamps before 1970 are negative.
  const std::int64_t start = since - ((since % size_millis) + size_millis) % size_millis + offset_millis;
  return Window(Timestamp{start}, Timestamp{start + size_millis});
}

Window WindowingStrategy::MapSideInput(const Window& main) const { return Assign(main.max_timestamp()); }

WindowingStrategy GlobalWindows() { return {}; }

WindowingStrategy FixedWindows(std::int64_t size_millis, std::int64_t offset_millis) {
  if (size_millis <= 0) throw UsageError("FixedWindows needs a size of at least 1 ms");
  return {WindowKind::kFixed, size_millis, offset_millis};
}

}  // namespace beam
