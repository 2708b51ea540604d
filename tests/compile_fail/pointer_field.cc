// A pointer cannot be sent to a worker.
// error: a DoFn travels to the workers, so it must be an aggregate of fields that have a coder
#include "beam/transforms/par_do.h"

struct Scale {
#ifdef FIXED
  double factor = 2;
  void ProcessElement(double seconds, beam::Output<double> out) const { out.Emit(seconds * factor); }
#else
  double* factor = nullptr;
  void ProcessElement(double seconds, beam::Output<double> out) const { out.Emit(seconds * *factor); }
#endif
};

auto Build(const beam::PCollection<double>& seconds) { return seconds | beam::ParDo("Scale", Scale{}); }
