// ProcessElement may ask for what the runner can give it.
// error: after the element, ProcessElement takes side inputs, Timestamp
#include "beam/transforms/par_do.h"

struct Scale {
#ifdef FIXED
  double factor;
  void ProcessElement(double seconds, beam::Output<double> out) const { out.Emit(seconds * factor); }
#else
  void ProcessElement(double seconds, double factor, beam::Output<double> out) const { out.Emit(seconds * factor); }
#endif
};

auto Build(const beam::PCollection<double>& seconds) { return seconds | beam::ParDo("Scale", Scale{}); }
