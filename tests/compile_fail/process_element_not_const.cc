// A DoFn's fields are its configuration; what changes is the state that Setup makes.
// error: ProcessElement must be const
#include <cstdint>
#include <string>

#include "beam/transforms/par_do.h"

#ifdef FIXED
struct Numbered {
  std::int64_t Setup() const { return 0; }
  void ProcessElement(std::int64_t& count, const std::string&, beam::Output<std::int64_t> out) const {
    out.Emit(++count);
  }
};
#else
struct Numbered {
  std::int64_t count = 0;
  void ProcessElement(const std::string&, beam::Output<std::int64_t> out) { out.Emit(++count); }
};
#endif

auto Build(const beam::PCollection<std::string>& texts) { return texts | beam::ParDo("Numbered", Numbered{}); }
