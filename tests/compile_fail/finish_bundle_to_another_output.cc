// FinishBundle has no outputs of its own.
// error: StartBundle and FinishBundle must be const, and take the state
#include "beam/transforms/par_do.h"

struct Total {
  double Setup() const { return 0; }
  void ProcessElement(double& total, double seconds, beam::Output<double>) const { total += seconds; }
#ifdef FIXED
  void FinishBundle(double& total, beam::Output<double> out) const { out.Emit(double(total)); }
#else
  void FinishBundle(double& total, beam::Output<double, "total"> out) const { out.Emit(double(total)); }
#endif
};

auto Build(const beam::PCollection<double>& seconds) { return seconds | beam::ParDo("Total", Total{}); }
