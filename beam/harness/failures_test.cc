// What a worker answers when a step fails, wherever it does so: the step, and the element where there is one.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "beam/harness/test_worker.h"

namespace failures_test {

using namespace harness_test;  // NOLINT(google-build-using-namespace)
using testing::HasSubstr;
using testing::Not;

struct SetupFails {
  int Setup() const { throw Error("no model there"); }
  void ProcessElement(int&, std::int64_t n, Output<std::int64_t> out) const { out.Emit(n); }
};

struct StartFails {
  void StartBundle() const { throw Error("cannot start"); }
  void ProcessElement(std::int64_t n, Output<std::int64_t> out) const { out.Emit(n); }
};

struct FinishFails {
  void ProcessElement(std::int64_t n, Output<std::int64_t> out) const { out.Emit(n); }
  void FinishBundle() const { throw Error("cannot finish"); }
};

struct ElementFails {
  void ProcessElement(std::int64_t n, Output<std::int64_t> out) const {
    if (n == 42) throw Error("not this one");
    out.Emit(n);
  }
};

struct ThrowsWhatever {
  void ProcessElement(std::int64_t n, Output<std::int64_t>) const { throw n; }
};

struct AsksForAll {
  void ProcessElement(std::int64_t n, const SideIterable<std::string>&, Output<std::int64_t> out) const { out.Emit(n); }
};

// What it makes cannot be encoded, but for 1.
struct Fragile {
  std::int64_t n = 0;
};

}  // namespace failures_test

namespace beam {

template <>
struct Coder<failures_test::Fragile> {
  static void Encode(const failures_test::Fragile& value, Writer& out, Context = Context::kNested) {
    if (value.n != 1) throw Error("too fragile");
    out.VarInt(1);
  }
  static failures_test::Fragile Decode(Reader& in, Context = Context::kNested) {
    return {static_cast<std::int64_t>(in.VarInt())};
  }
  static std::size_t ByteSize(const failures_test::Fragile&, Context = Context::kNested) { return 1; }
  static CoderSpec Spec() { return {.urn = "beam:coder:failures_test_fragile:v1"}; }
};

}  // namespace beam

namespace failures_test {

struct MakesFragile {
  void ProcessElement(std::int64_t n, Output<Fragile> out) const { out.Emit({n}); }
};

class FailuresTest : public WorkerTest {
 protected:
  FailuresTest() {
    Pipeline p;
    const auto numbers = p | Create("Numbers", {std::int64_t{1}});
    numbers | ParDo("Setup", SetupFails{});
    numbers | ParDo("Start", StartFails{});
    numbers | ParDo("Finish", FinishFails{});
    numbers | ParDo("Element", ElementFails{});
    numbers | ParDo("Whatever", ThrowsWhatever{});
    numbers
        | ParDo("Side", AsksForAll{},
                AsIterable(numbers | Map("Text", [](std::int64_t n) { return std::to_string(n); })));
    numbers | ParDo("Fragile", MakesFragile{});
    pipeline_ = ProtoOf(p);
    // The beginning of a text of 100 bytes.
    fn::StateKey key;
    key.mutable_iterable_side_input()->set_transform_id(IdOf(pipeline_, "Side"));
    key.mutable_iterable_side_input()->set_side_input_id("side0");
    engine_.AddState(key, {std::string("\x64 the rest is missing")});
  }
};

TEST_F(FailuresTest, NameTheStepAndTheElement) {
  struct Case {
    const char* stage;
    const char* step;     // in the answer
    const char* element;  // likewise; null where there is none to tell of
    const char* reason;
    std::string bytes = Encoded({1, 42});
  };
  StartWorker();
  for (const Case& c : {
           Case{"Setup", "Setup", nullptr, "no model there"},
           Case{"Start", "Start", nullptr, "cannot start"},
           Case{"Finish", "Finish", nullptr, "cannot finish"},
           Case{"Element", "Element", "42", "not this one"},
           Case{"Whatever", "Whatever", "1", "not a std::exception"},
           Case{"Side", "Side", "1", "malformed"},
           Case{"Fragile", "Fragile", "42", "too fragile"},
           // The second element ends too early: of what the engine sent it is known by which source it came.
           Case{"Element", "source", "element 2", "malformed", Encoded({1, 300}).substr(0, 25)},
       }) {
    AddStage({c.stage});
    for (const char* const time : {" first", " again"}) {
      const std::string id = std::string(c.stage) + c.reason + time;
      engine_.AskForBundle(id, c.stage);
      engine_.SendElements(id, source_, c.bytes, true);
      const fn::InstructionResponse answer = engine_.Answer(id);
      EXPECT_THAT(answer.error(), HasSubstr(c.step)) << id;
      EXPECT_THAT(answer.error(), HasSubstr(c.reason)) << id;
      if (c.element != nullptr) {
        EXPECT_THAT(answer.error(), HasSubstr(c.element)) << id;
      } else {
        EXPECT_THAT(answer.error(), Not(HasSubstr("42"))) << id;
      }
    }
  }
}

}  // namespace failures_test
