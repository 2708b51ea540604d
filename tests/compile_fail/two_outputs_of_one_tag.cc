// Outputs are told apart by their tags.
// error: two Outputs of this DoFn have the same tag
#include "beam/transforms/par_do.h"

struct Split {
#ifdef FIXED
  void ProcessElement(double seconds, beam::Output<double> out, beam::Output<double, "long"> longer) const {
#else
  void ProcessElement(double seconds, beam::Output<double> out, beam::Output<double> longer) const {
#endif
      (seconds < 60 ? out.Emit(seconds) : longer.Emit(seconds));
}
}
;

auto Build(const beam::PCollection<double>& seconds) { return seconds | beam::ParDo("Split", Split{}); }
