// A type with a constructor of its own is no aggregate.
// error: an Output of this DoFn has elements without a coder
#include "beam/transforms/par_do.h"

struct Cut {
#ifndef FIXED
  explicit Cut(double position) : seconds(position) {}
#endif
  double seconds;
};

struct MakeCut {
  void ProcessElement(double seconds, beam::Output<Cut> out) const { out.Emit(Cut{seconds}); }
};

auto Build(const beam::PCollection<double>& seconds) { return seconds | beam::ParDo("Make Cut", MakeCut{}); }
