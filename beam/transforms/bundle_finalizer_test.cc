// What a DoFn leaves to be done once the outputs of a bundle are safe.
#include "beam/model/bundle_finalizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "beam/base/error.h"
#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"
#include "beam/transforms/par_do.h"
#include "beam/transforms/reshuffle.h"

namespace bundle_finalizer_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSubsetOf;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

// A folder that callbacks, which may be another process's, leave a file in for each call: its name, and a mark each
// time.
class CallFolder {
 public:
  CallFolder() {
    std::string name = testing::TempDir() + "calls-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw Error("no folder for the test");
    path_ = name;
  }
  ~CallFolder() { std::filesystem::remove_all(path_); }
  CallFolder(const CallFolder&) = delete;
  CallFolder& operator=(const CallFolder&) = delete;

  const std::string& path() const { return path_; }

  // "NAME" for a callback that was called once, "NAMExx" where it was called three times.
  std::vector<std::string> Calls() const {
    std::vector<std::string> calls;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      calls.push_back(entry.path().filename().string() + std::string(entry.file_size() - 1, 'x'));
    }
    return calls;
  }

 private:
  std::string path_;
};

struct AcknowledgeFn {
  std::string folder;

  void ProcessElement(const std::string& name, BundleFinalizer& finalizer, Output<std::string> out) const {
    finalizer.AfterBundleCommit([file = folder + "/" + name, name] {
      std::ofstream(file, std::ios::app) << '.';
      if (name == "unlucky") throw Error("this callback fails");
    });
    out.Emit(name);
  }
};

TEST(BundleFinalizerTest, CallsBackOnceForEachAtMost) {
  const CallFolder folder;
  TestPipeline p;
  const auto names = p
      | Create<std::string>("Names", {"a", "unlucky", "b", "c"})
      | Reshuffle("Shuffle")
      | ParDo("Acknowledge", AcknowledgeFn{folder.path()});
  PAssert::That(names).ContainsInAnyOrder({"a", "b", "c", "unlucky"});
  p.Run();
  if (TestPipeline::DefaultOptions().runner == Runner::kDirect) {
    EXPECT_THAT(folder.Calls(), UnorderedElementsAre("a", "b", "c", "unlucky"));
  } else {
    // No engine promises to come back.
    EXPECT_THAT(folder.Calls(), IsSubsetOf({"a", "b", "c", "unlucky"}));
  }
}

struct FailFn {
  std::string folder;

  void ProcessElement(const std::string& name, BundleFinalizer& finalizer, Output<std::string>) const {
    finalizer.AfterBundleCommit([file = folder + "/" + name] { std::ofstream(file, std::ios::app) << '.'; });
    throw Error("this bundle fails");
  }
};

TEST(BundleFinalizerTest, CallsNothingOfABundleThatFails) {
  const CallFolder folder;
  TestPipeline p;
  p | Create<std::string>("Names", {"a", "b"}) | ParDo("Fail", FailFn{folder.path()});
  EXPECT_THAT([&] { p.Run(); }, ThrowsMessage<Error>(HasSubstr("this bundle fails")));
  EXPECT_THAT(folder.Calls(), IsEmpty());
}

}  // namespace bundle_finalizer_test
