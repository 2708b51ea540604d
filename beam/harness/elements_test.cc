// Elements that an engine sends in an order, or to an address, that is wrong or unusual: each bundle is answered, with
// all that it was sent, or with what was wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "beam/harness/test_worker.h"

namespace harness_test {

using testing::AllOf;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class ElementsTest : public WorkerTest {
 public:
  using WorkerTest::sink_;

  ElementsTest() {
    auto stage = StageOf(pipeline_, {"Flatten"}, engine_.endpoint());
    stage.set_id("Flatten");
    for (const auto& [id, transform] : stage.transforms()) {
      if (transform.spec().urn() == urn::kSource) sources_.push_back(id);
      if (transform.spec().urn() == urn::kSink) sink_ = id;
    }
    engine_.AddStage(std::move(stage));
    StartWorker();
  }

  // Adds elements for source 0 or 1, or for another address.
  void Add(const std::string& to, const std::vector<std::int64_t>& elements, bool is_last) {
    fn::Elements::Data& data = *elements_.add_data();
    data.set_transform_id(to.size() == 1 ? sources_.at(static_cast<std::size_t>(to[0] - '0')) : to);
    data.set_data(Encoded(elements));
    data.set_is_last(is_last);
  }

  // Runs a bundle of what was added, twice: sent with the request, and behind it. Returns the worker's answers.
  std::vector<fn::InstructionResponse> Run(const std::string& name) {
    std::vector<fn::InstructionResponse> answers;
    for (const bool is_embedded : {true, false}) {
      const std::string id = name + (is_embedded ? " embedded" : "");
      for (auto& data : *elements_.mutable_data()) data.set_instruction_id(id);
      for (auto& timers : *elements_.mutable_timers()) timers.set_instruction_id(id);
      fn::InstructionRequest request;
      request.set_instruction_id(id);
      request.mutable_process_bundle()->set_process_bundle_descriptor_id("Flatten");
      if (is_embedded) *request.mutable_process_bundle()->mutable_elements() = elements_;
      engine_.Ask(request);
      if (!is_embedded) engine_.Send(elements_);
      answers.push_back(engine_.Answer(id));
    }
    elements_.Clear();
    return answers;
  }

  fn::Elements elements_;

 private:
  std::vector<std::string> sources_;
};

TEST_F(ElementsTest, AllThatIsSentIsProcessed) {
  struct Case {
    const char* name;
    void (*add)(ElementsTest& test);
  };
  // Each adds 1, 2 and 3.
  const Case cases[] = {
      {"one source after the other", [](ElementsTest& t) { t.Add("0", {1}, true), t.Add("1", {2, 3}, true); }},
      {"ends on their own",
       [](ElementsTest& t) {
         t.Add("0", {1}, false), t.Add("1", {2, 3}, false), t.Add("1", {}, true), t.Add("0", {}, true);
       }},
      {"an end that comes twice",
       [](ElementsTest& t) { t.Add("0", {1}, true), t.Add("0", {}, true), t.Add("1", {2, 3}, true); }},
      {"nothing, between elements",
       [](ElementsTest& t) { t.Add("0", {1, 2}, true), t.Add("1", {}, false), t.Add("1", {3}, true); }},
  };
  for (const Case& c : cases) {
    c.add(*this);
    for (const auto& answer : Run(c.name)) EXPECT_EQ(answer.error(), "") << c.name;
    for (const char* const how : {"", " embedded"}) {
      EXPECT_THAT(Decoded(engine_.Elements(std::string(c.name) + how, sink_)), UnorderedElementsAre(1, 2, 3)) << c.name;
    }
  }
}

TEST_F(ElementsTest, WhatIsWrongIsSaid) {
  struct Case {
    const char* name;
    void (*add)(ElementsTest& test);
    const char* error;
  };
  const Case cases[] = {
      {"behind the last", [](ElementsTest& t) { t.Add("0", {1}, true), t.Add("0", {2}, false), t.Add("1", {3}, true); },
       "behind those that it called the last"},
      {"to a sink", [](ElementsTest& t) { t.Add(t.sink_, {1}, true); }, "which is no source of the stage"},
      {"to nobody", [](ElementsTest& t) { t.Add("nobody", {1}, true); }, "'nobody', which is no source of the stage"},
      {"timers", [](ElementsTest& t) { t.elements_.add_timers()->set_transform_id("some step"); },
       "the engine sent timers for 'some step', and no step of this SDK has any"},
      {"an element that is cut",
       [](ElementsTest& t) {
         t.Add("0", {1}, true);
         t.elements_.mutable_data(0)->mutable_data()->pop_back();
       },
       "malformed"},
      {"bytes behind the last element",
       [](ElementsTest& t) {
         t.Add("0", {1}, true);
         t.elements_.mutable_data(0)->mutable_data()->push_back('\x7F');
       },
       "malformed"},
  };
  for (const Case& c : cases) {
    c.add(*this);
    for (const auto& answer : Run(c.name)) EXPECT_THAT(answer.error(), HasSubstr(c.error)) << c.name;
  }
}

TEST_F(ElementsTest, TwoBundlesOfOneNameAreRefused) {
  AddStage({"Double"});
  barrier.Close();
  engine_.AskForBundle("a", "Double");
  engine_.SendElements("a", source_, Encoded({99}), true);
  while (waiting == 0) std::this_thread::yield();
  engine_.AskForBundle("a", "Double");
  EXPECT_EQ(engine_.Answer("a").error(), "the engine names two bundles a");
  barrier.Open();
  EXPECT_EQ(engine_.Answer("a").error(), "");
  EXPECT_EQ(Decoded(engine_.Elements("a", sink_)), std::vector<std::int64_t>{198});
}

// State that would never end.
TEST_F(ElementsTest, APageThatIsFollowedByItselfIsRefused) {
  engine_.AnswerOtherState([](const fn::StateRequest&, fn::StateResponse& response) {
    response.mutable_get()->set_continuation_token("again");
  });
  AddStage({"Add All"});
  engine_.AskForBundle("a", "Add All");
  engine_.SendElements("a", source_, Encoded({1}), true);
  EXPECT_THAT(engine_.Answer("a").error(),
              AllOf(HasSubstr("Add All"), HasSubstr("answers a page that is followed by itself")));
  engine_.AnswerOtherState([](const fn::StateRequest&, fn::StateResponse& response) { response.mutable_append(); });
  engine_.AskForBundle("b", "Add All");
  engine_.SendElements("b", source_, Encoded({1}), true);
  EXPECT_THAT(engine_.Answer("b").error(), HasSubstr("answers something else than it was asked for"));
}

}  // namespace harness_test
