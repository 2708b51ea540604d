// Setup makes the state from the fields and changes none of them.
// error: Setup must be const, take nothing and return the state
#include "beam/transforms/par_do.h"

struct Total {
#ifdef FIXED
  double Setup() const { return 0; }
#else
  double Setup() { return 0; }
#endif
  void ProcessElement(double& total, double seconds, beam::Output<double> out) const { out.Emit(total += seconds); }
};

auto Build(const beam::PCollection<double>& seconds) { return seconds | beam::ParDo("Total", Total{}); }
