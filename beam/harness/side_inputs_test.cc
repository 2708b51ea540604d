// What a worker asks an engine for of side inputs, and what it remembers of them.
#include <gmock/gmock.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "beam/harness/side_input_cache.h"
#include "beam/harness/test_worker.h"

namespace harness_test {

using testing::ElementsAre;
using testing::HasSubstr;

std::string VarInts(const std::vector<std::int64_t>& numbers) {
  Writer out;
  for (const std::int64_t n : numbers) Coder<std::int64_t>::Encode(n, out);
  return out.Take();
}

class SideInputsTest : public WorkerTest {
 protected:
  // Adds the stage of one step, and what the engine keeps for the iterable or the map that it reads.
  void AddReader(const std::string& step, std::int64_t value) {
    AddStage({step});
    step_ = IdOf(pipeline_, step);
    fn::StateKey all;
    all.mutable_iterable_side_input()->set_transform_id(step_);
    all.mutable_iterable_side_input()->set_side_input_id("side0");
    engine_.AddState(all, {VarInts({value}), VarInts({value})});
    fn::StateKey key;
    key.mutable_multimap_side_input()->set_transform_id(step_);
    key.mutable_multimap_side_input()->set_side_input_id("side0");
    for (const std::int64_t n : {1, 2}) {
      key.mutable_multimap_side_input()->set_key(VarInts({n}));
      engine_.AddState(key, {VarInts({value}), VarInts({n})});
    }
  }

  // What a bundle makes of these elements. `tokens`: of each side input that one is given for.
  std::vector<std::int64_t> Run(const std::string& step, const std::vector<std::int64_t>& elements,
                                const std::vector<std::pair<std::string, std::string>>& tokens) {
    fn::ProcessBundleRequest request;
    request.add_cache_tokens()->mutable_user_state();
    request.mutable_cache_tokens(0)->set_token("of no side input");
    for (const auto& [side, token] : tokens) {
      auto& added = *request.add_cache_tokens();
      added.mutable_side_input()->set_transform_id(step_);
      added.mutable_side_input()->set_side_input_id(side);
      added.set_token(token);
    }
    const std::string id = "bundle" + std::to_string(++bundles_);
    engine_.AskForBundle(id, step, request);
    engine_.SendElements(id, source_, Encoded(elements), true);
    const std::string bytes = engine_.Elements(id, sink_);
    EXPECT_EQ(engine_.Answer(id).error(), "");
    return Decoded(bytes);
  }

  std::string step_;
  int bundles_ = 0;
};

TEST_F(SideInputsTest, AreReadOnceABundleOrOnceAToken) {
  struct Case {
    const char* what;
    std::vector<std::vector<std::pair<std::string, std::string>>> bundles;  // the tokens of each
    int reads;                                                              // by all of them
  };
  const std::vector<Case> cases{
      {"no token", {{}, {}}, 2},
      {"the same token", {{{"side0", "a"}}, {{"side0", "a"}}, {{"side0", "a"}}}, 1},
      {"another token, and the first one again", {{{"side0", "b"}}, {{"side0", "c"}}, {{"side0", "b"}}}, 2},
      {"a token of another side input", {{{"side1", "d"}}, {{"side1", "d"}}}, 2},
      {"a token, then none", {{{"side0", "e"}}, {}, {{"side0", "e"}}}, 2},
      {"bytes", {{{"side0", std::string("\0\xFF", 2)}}, {{"side0", std::string("\0\xFE", 2)}}}, 2},
  };
  StartWorker();
  struct Reader {
    const char* step;
    int requests;                      // of pages, for a bundle of 1, 2 and 1
    std::vector<std::int64_t> result;  // of them
  };
  for (const Reader& reader : {Reader{"Add All", 2, {201, 202, 201}}, Reader{"Look Up", 4, {101, 102, 101}}}) {
    AddReader(reader.step, 100);
    for (const Case& c : cases) {
      const int before = engine_.state_requests();
      for (const auto& tokens : c.bundles) EXPECT_EQ(Run(reader.step, {1, 2, 1}, tokens), reader.result) << c.what;
      EXPECT_EQ(engine_.state_requests() - before, c.reads * reader.requests) << reader.step << ": " << c.what;
    }
  }
}

TEST_F(SideInputsTest, AreSeenAsTheyAreNowByWhoHasAnotherToken) {
  StartWorker();
  for (const char* const step : {"Add All", "Look Up"}) {
    AddReader(step, 100);
    const auto former = Run(step, {1}, {{"side0", "a"}});
    AddReader(step, 7);
    EXPECT_EQ(Run(step, {1}, {{"side0", "a"}}), former) << step;
    EXPECT_NE(Run(step, {1}, {{"side0", "b"}}), former) << step;
    EXPECT_NE(Run(step, {1}, {}), former) << step;
  }
}

TEST_F(SideInputsTest, OfWhichTheEngineKnowsNothingFailTheBundleByStep) {
  AddReader("Look Up", 100);
  StartWorker();
  engine_.AskForBundle("a", "Look Up");
  engine_.SendElements("a", source_, Encoded({9}), true);
  const std::string error = engine_.Answer("a").error();
  EXPECT_THAT(error, HasSubstr("Look Up"));
  EXPECT_THAT(error, HasSubstr("there is no such state"));
}

// Uses `keys` one after the other, each of 10 bytes and more: upper-case ones of 40. Returns those that were made.
std::string MadeOf(SideInputCache& cache, const std::string& keys) {
  std::string made;
  for (const char key : keys) {
    const auto value = cache.Get(std::string(1, key), [&] {
      made += key;
      return SideInputCache::Made{std::make_shared<const char>(key), key < 'a' ? 39U : 9U};
    });
    EXPECT_EQ(*static_cast<const char*>(value.get()), key);
  }
  return made;
}

TEST(SideInputCache, LetsGoWhatWasUsedLongestAgo) {
  struct Case {
    const char* keys;
    const char* made;
  };
  for (const Case& c : {
           Case{"abcabc", "abc"},       // all fit
           Case{"abcda", "abcda"},      // the first one makes place for the fourth
           Case{"abcadabc", "abcdbc"},  // it is not the one used longest ago
           Case{"abXabX", "abXX"},      // what can never fit drives out nothing
       }) {
    SideInputCache cache(30);
    EXPECT_EQ(MadeOf(cache, c.keys), c.made) << c.keys;
  }
}

TEST(SideInputCache, TriesAgainWhatHasFailed) {
  SideInputCache cache(30);
  EXPECT_THROW(cache.Get("a", []() -> SideInputCache::Made { throw Error("no"); }), Error);
  EXPECT_EQ(MadeOf(cache, "aa"), "a");
}

TEST(SideInputCache, MakesOnceWhatManyAskForAtTheSameTime) {
  SideInputCache cache(1000);
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int key = 0; key < 20; ++key) {
        const auto value = cache.Get(std::to_string(key), [&] {
          ++made;
          return SideInputCache::Made{std::make_shared<const int>(key), sizeof(int)};
        });
        EXPECT_EQ(*static_cast<const int*>(value.get()), key);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 20);
}

}  // namespace harness_test
