#include "beam/transforms/to_string.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/create.h"

namespace to_string_test {

using namespace beam;  // NOLINT(google-build-using-namespace): the tests read as a user's program

struct Track {
  std::string path;
  double seconds = 0;
  std::optional<int> rate;
};

TEST(ToStringTest, OfElements) {
  TestPipeline p;
  PAssert::That(p | Create("Texts", {"a", "\xFF"}) | ToString("Text")).ContainsInAnyOrder({"a", "\xFF"});
  PAssert::That(p | Create("Numbers", {-1, 20}) | ToString("Number")).ContainsInAnyOrder({"-1", "20"});
  PAssert::That(p | Create("Reals", {0.1, 1e300}) | ToString("Real")).ContainsInAnyOrder({"0.1", "1e+300"});
  PAssert::That(p | Create("Bools", {true, false}) | ToString("Bool")).ContainsInAnyOrder({"true", "false"});
  PAssert::That(p | Create("Tracks", std::vector<Track>{{"a.mp3", 1.5, {}}}) | ToString("Track"))
      .ContainsInAnyOrder({R"({path: "a.mp3", seconds: 1.5, rate: null})"});
  PAssert::That(p | Create("Pairs", std::vector<KV<std::string, std::vector<int>>>{{"a", {1, 2}}}) | ToString("Pair"))
      .ContainsInAnyOrder({R"({key: "a", value: [1, 2]})"});
}

TEST(ToStringTest, OfPairs) {
  TestPipeline p;
  const auto pairs = p | Create("Pairs", std::vector<KV<std::string, double>>{{"a", 1}, {"", 0.5}});
  PAssert::That(pairs | KvsToString()).ContainsInAnyOrder({"a,1", ",0.5"});
  PAssert::That(pairs | Named("Colons", KvsToString(": ").transform)).ContainsInAnyOrder({"a: 1", ": 0.5"});
}

}  // namespace to_string_test
