// The DoFn has a side input that the ParDo does not give.
// error: ParDo needs one AsSingleton, AsIterable or AsMap for each SideInput
#include "beam/transforms/par_do.h"

struct Scale {
  void ProcessElement(double seconds, const beam::SideInput<double>& factor, beam::Output<double> out) const {
    out.Emit(seconds * *factor);
  }
};

auto Build(const beam::PCollection<double>& seconds, [[maybe_unused]] const beam::PCollection<double>& factor) {
#ifdef FIXED
  return seconds | beam::ParDo("Scale", Scale{}, beam::AsSingleton(factor));
#else
  return seconds | beam::ParDo("Scale", Scale{});
#endif
}
