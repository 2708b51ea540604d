// A captured value would stay behind in the launcher.
// error: a lambda that captures cannot travel to the workers
#include "beam/transforms/map.h"

#ifdef FIXED
struct Times {
  double factor;
  void ProcessElement(double seconds, beam::Output<double> out) const { out.Emit(seconds * factor); }
};
auto Build(const beam::PCollection<double>& seconds, double factor) {
  return seconds | beam::ParDo("Times", Times{.factor = factor});
}
#else
auto Build(const beam::PCollection<double>& seconds, double factor) {
  return seconds | beam::Map("Times", [factor](double s) { return s * factor; });
}
#endif
