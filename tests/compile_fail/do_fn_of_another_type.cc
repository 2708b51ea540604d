// A DoFn over text is given numbers.
// error: this DoFn takes elements of another type than those of the PCollection before the |
#include <string>

#include "beam/transforms/par_do.h"

struct Length {
  void ProcessElement(const std::string& text, beam::Output<double> out) const {
    out.Emit(static_cast<double>(text.size()));
  }
};

#ifdef FIXED
using Element = std::string;
#else
using Element = double;
#endif

auto Build(const beam::PCollection<Element>& elements) { return elements | beam::ParDo("Length", Length{}); }
