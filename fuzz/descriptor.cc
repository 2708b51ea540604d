// Fuzzes what a worker reads of an engine's description of a stage: whatever it says, the worker makes operators of it
// or says with an Error why it cannot. The input is a list of changes to the description of a real stage: four bytes
// each, an offset, what to do there, and a value; changes that leave no message are passed over.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "beam/portable/bundle_graph.h"
#include "beam/portable/test_descriptor.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/map.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/window_into.h"
#include "beam/transforms/with_keys.h"

namespace descriptor_fuzzer {

using namespace beam;                    // NOLINT(google-build-using-namespace)
using namespace beam::testing_portable;  // NOLINT(google-build-using-namespace)

struct WithSideFn {
  void ProcessElement(std::int64_t n, const SideIterable<std::int64_t>& all, Output<std::int64_t> out) const {
    out.Emit(n + static_cast<std::int64_t>(all.size()));
  }
};

std::string Example() {
  Pipeline p;
  const auto numbers = p | Create("Numbers", {std::int64_t{1}});
  const auto doubled = numbers | Map("Double", [](std::int64_t n) { return 2 * n; });
  Flatten("Flatten", numbers, doubled)
      | ParDo("With Side", WithSideFn{}, AsIterable(numbers))
      | WindowInto("Windows", FixedWindows(1000))
      | WithKeys("Key", [](std::int64_t n) { return n % 2; })
      | SumPerKey("Sum");
  return StageOf(ProtoOf(p), {"Double", "Flatten", "With Side", "Windows", "Key"}, "localhost:1").SerializeAsString();
}

void Change(std::string& bytes, const std::uint8_t* change) {
  const std::size_t at = (std::size_t{change[0]} << 8 | change[1]) % (bytes.size() + 1);
  switch (change[2] % 4) {
    case 0: bytes.insert(at, 1, static_cast<char>(change[3])); break;
    case 1: bytes.erase(at, change[3] % 8); break;
    default:
      if (at < bytes.size()) bytes[at] = static_cast<char>(change[3]);
  }
}

}  // namespace descriptor_fuzzer

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string example = descriptor_fuzzer::Example();
  std::string bytes = example;
  for (std::size_t i = 0; i + 4 <= size; i += 4) descriptor_fuzzer::Change(bytes, data + i);
  beam::testing_portable::fn::ProcessBundleDescriptor descriptor;
  if (!descriptor.ParseFromString(bytes)) return -1;
  try {
    const beam::BundleGraph graph = beam::ReadDescriptor(descriptor);
    if (graph.sinks.size() != graph.stage.sinks.size()) std::abort();
  } catch (const beam::Error& error) {
    if (std::strlen(error.what()) == 0) std::abort();
  }
  return 0;
}
