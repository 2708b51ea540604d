// An element of more than the 2 GB that a message of the Fn API can be: a clear error, and memory that is given back.
// Built for the release preset only, as it takes gigabytes of memory that sanitizers would multiply.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/fault_worker.h"

namespace klay {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint64_t kMegabyte = 1'000'000;
constexpr std::uint64_t kMemory = 10'000 * kMegabyte;
const std::vector<std::string> kFlags = {"--fault", "large", "--bytes", "2200000000"};

// The element's own bytes, and those before it.
const auto kNamesStepAndSize = AllOf(
    HasSubstr("step 'Work'"), HasSubstr(" 220000"),
    HasSubstr(" bytes large, and no more than 2147418112 can travel to an engine at once: make smaller elements"));

void ExpectItFailsItsBundleOnly() {
  FaultWorker worker(kFlags, {.most_memory = kMemory});
  worker.AskForBundle("before", 1);
  EXPECT_EQ(worker.engine().Answer("before").error(), "");
  const std::uint64_t before = worker.Memory();
  worker.AskForBundle("large", 50);
  EXPECT_THAT(worker.engine().Answer("large").error(), kNamesStepAndSize);
  worker.AskForBundle("after", 1);
  EXPECT_EQ(worker.engine().Answer("after").error(), "");
  EXPECT_LT(worker.Memory(), before + 100 * kMegabyte);
}

void ExpectItFailsARunThroughTheFnApi() {
  const beam::testing_files::TestFolder folder;
  std::vector<std::string> flags = kFlags;
  flags.insert(flags.end(),
               {"--folder", folder.path(), "--direct_running_mode", "fn_api", "--direct_max_attempts", "1"});
  const ProgramResult result = KlayBeamProgram(flags, {.program = FaultProgram(), .most_memory = kMemory}).Wait();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, StartsWith("fault_program: the run failed: "));
  EXPECT_THAT(result.err, kNamesStepAndSize);
  EXPECT_THAT(result.err, EndsWith("make smaller elements (after 1 attempt)\n"));
}

// One test, so that only one of them is run at a time.
TEST(LargeElement, FailsByStepAndSizeAndItsMemoryIsGivenBack) {
  ExpectItFailsItsBundleOnly();
  ExpectItFailsARunThroughTheFnApi();
}

}  // namespace
}  // namespace klay
