// Which unit would a bare number have?
// error: the function of WithTimestamps must return a beam::Timestamp
#include "beam/transforms/with_timestamps.h"

auto Build(const beam::PCollection<double>& seconds) {
#ifdef FIXED
  return seconds
      | beam::WithTimestamps("Times", [](double s) { return beam::Timestamp{static_cast<std::int64_t>(s * 1000)}; });
#else
  return seconds | beam::WithTimestamps("Times", [](double s) { return s; });
#endif
}
