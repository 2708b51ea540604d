// Fuzzes what a worker reads of an engine's description of a stage: whatever it says, the worker makes operators of it
// or says with an Error why it cannot. The input is a list of changes to the description of a real stage.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "beam/portable/bundle_graph.h"
#include "beam/portable/test_descriptor.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/map.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/window_into.h"
#include "beam/transforms/with_keys.h"
#include "fuzz/change_descriptor.h"

namespace descriptor_fuzzer {

using namespace beam;                    // NOLINT(google-build-using-namespace)
using namespace beam::testing_portable;  // NOLINT(google-build-using-namespace)

struct WithSideFn {
  void ProcessElement(std::int64_t n, const SideIterable<std::int64_t>& all, Output<std::int64_t> out) const {
    out.Emit(n + static_cast<std::int64_t>(all.size()));
  }
};

fn::ProcessBundleDescriptor Example() {
  Pipeline p;
  const auto numbers = p | Create("Numbers", {std::int64_t{1}});
  const auto doubled = numbers | Map("Double", [](std::int64_t n) { return 2 * n; });
  Flatten("Flatten", numbers, doubled)
      | ParDo("With Side", WithSideFn{}, AsIterable(numbers))
      | WindowInto("Windows", FixedWindows(1000))
      | WithKeys("Key", [](std::int64_t n) { return n % 2; })
      | SumPerKey("Sum");
  return StageOf(ProtoOf(p), {"Double", "Flatten", "With Side", "Windows", "Key"}, "localhost:1");
}

}  // namespace descriptor_fuzzer

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const beam::testing_portable::fn::ProcessBundleDescriptor example = descriptor_fuzzer::Example();
  beam::testing_portable::fn::ProcessBundleDescriptor descriptor = example;
  beam::fuzzing::Script script(data, size);
  while (!script.empty()) beam::fuzzing::ChangeDescriptor(descriptor, script);
  try {
    const beam::BundleGraph graph = beam::ReadDescriptor(descriptor);
    if (graph.sinks.size() != graph.stage.sinks.size()) std::abort();
  } catch (const beam::Error& error) {
    if (std::strlen(error.what()) == 0) std::abort();
  }
  return 0;
}
