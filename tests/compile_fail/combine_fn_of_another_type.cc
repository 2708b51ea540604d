// A sum of numbers over text.
// error: this CombineFn takes other values than the PCollection before the | has
#include <string>

#include "beam/transforms/combine.h"

struct Total {
  double CreateAccumulator() const { return 0; }
  void AddInput(double& sum, double value) const { sum += value; }
  void MergeAccumulators(double& sum, double other) const { sum += other; }
  double ExtractOutput(double sum) const { return sum; }
};

#ifdef FIXED
using Element = double;
#else
using Element = std::string;
#endif

auto Build(const beam::PCollection<Element>& elements) { return elements | beam::CombineGlobally("Total", Total{}); }
