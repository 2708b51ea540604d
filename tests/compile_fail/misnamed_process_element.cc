// The method has Python's name.
// error: a DoFn needs one member `void ProcessElement(const Element&, ..., Output<T>...) const`
#include <string>

#include "beam/transforms/par_do.h"

struct Length {
#ifdef FIXED
  void ProcessElement(const std::string& text, beam::Output<double> out) const {
#else
  void process(const std::string& text, beam::Output<double> out) const {
#endif
      out.Emit(static_cast<double>(text.size()));
}
}
;

auto Build(const beam::PCollection<std::string>& texts) { return texts | beam::ParDo("Length", Length{}); }
