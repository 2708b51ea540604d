// The worker as an engine sees it: what it answers to each request, and what becomes of the elements that it is sent.
#include "beam/harness/harness.h"

#include <gmock/gmock.h>

#include <map>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "beam/harness/test_worker.h"
#include "beam/portable/components.h"

namespace harness_test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST_F(WorkerTest, RunsBundleAfterBundleOnOneSetUp) {
  AddStage({"Double"});
  StartWorker();
  for (const char* const id : {"a", "b", "c"}) {
    engine_.AskForBundle(id, "Double");
    engine_.SendElements(id, source_, Encoded({1, 2}), false);
    engine_.SendElements(id, source_, Encoded({3}), true);
    EXPECT_THAT(Decoded(engine_.Elements(id, sink_)), ElementsAre(2, 4, 6)) << id;
    EXPECT_EQ(engine_.Answer(id).error(), "") << id;
  }
  EXPECT_EQ(set_up, 1);
}

TEST_F(WorkerTest, RunsBundlesAtTheSameTime) {
  AddStage({"Double"});
  StartWorker();
  barrier.Close();
  for (const char* const id : {"a", "b"}) {
    engine_.AskForBundle(id, "Double");
    engine_.SendElements(id, source_, Encoded({99}), true);
  }
  while (waiting < 2) std::this_thread::yield();
  barrier.Open();
  for (const char* const id : {"a", "b"}) EXPECT_EQ(engine_.Answer(id).error(), "");
  EXPECT_EQ(set_up, 2);
}

TEST_F(WorkerTest, TakesElementsThatComeBeforeTheirBundle) {
  AddStage({"Double"});
  StartWorker();
  engine_.AskForBundle("first", "Double");
  engine_.SendElements("first", source_, Encoded({}), true);
  engine_.Answer("first");
  engine_.SendElements("second", source_, Encoded({5}), true);
  engine_.AskForBundle("second", "Double");
  EXPECT_THAT(Decoded(engine_.Elements("second", sink_)), ElementsAre(10));
}

TEST_F(WorkerTest, PassesElementsOfWhichNoStepSaysTheType) {
  AddStage({"Flatten"});
  std::vector<std::string> sources;
  const fn::ProcessBundleDescriptor stage = StageOf(pipeline_, {"Flatten"}, engine_.endpoint());
  for (const auto& [id, transform] : stage.transforms()) {
    if (transform.spec().urn() == urn::kSource) sources.push_back(id);
  }
  ASSERT_EQ(sources.size(), 2U);
  StartWorker();
  engine_.AskForBundle("1", "Flatten");
  engine_.SendElements("1", sources[0], Encoded({1, 300}), true);
  engine_.SendElements("1", sources[1], Encoded({-1}), true);
  EXPECT_EQ(engine_.Answer("1").error(), "");
  EXPECT_THAT(Decoded(engine_.Elements("1", sink_)), UnorderedElementsAre(1, 300, -1));
}

TEST_F(WorkerTest, TakesElementsThatComeWithTheRequest) {
  AddStage({"Double"});
  StartWorker();
  fn::InstructionRequest request;
  request.set_instruction_id("a");
  request.mutable_process_bundle()->set_process_bundle_descriptor_id("Double");
  fn::Elements::Data& data = *request.mutable_process_bundle()->mutable_elements()->add_data();
  data.set_instruction_id("a");
  data.set_transform_id(source_);
  data.set_data(Encoded({7}));
  data.set_is_last(true);
  engine_.Ask(request);
  EXPECT_THAT(Decoded(engine_.Elements("a", sink_)), ElementsAre(14));
  EXPECT_EQ(engine_.Answer("a").error(), "");
}

TEST_F(WorkerTest, SaysWhatFailedAndGoesOn) {
  AddStage({"Double"});
  StartWorker();
  engine_.AskForBundle("bad", "Double");
  engine_.SendElements("bad", source_, Encoded({1, 13, 2}), true);
  const std::string error = engine_.Answer("bad").error();
  EXPECT_THAT(error, HasSubstr("Double"));
  EXPECT_THAT(error, HasSubstr("13"));
  EXPECT_THAT(error, HasSubstr("thirteen is unlucky"));
  engine_.AskForBundle("good", "Double");
  engine_.SendElements("good", source_, Encoded({4}), true);
  EXPECT_THAT(Decoded(engine_.Elements("good", sink_)), ElementsAre(8));
  EXPECT_EQ(set_up, 2);  // what has failed is not used again
}

// An engine that waits for the worker's data stream looks at no answer before it is there.
TEST_F(WorkerTest, OpensTheStreamsOfAStageThatItRefuses) {
  fn::ProcessBundleDescriptor stage = StageOf(pipeline_, {"Double"}, engine_.endpoint());
  stage.set_id("foreign");
  for (auto& [id, transform] : *stage.mutable_transforms()) {
    if (id.starts_with("source ")) source_ = id;
    if (transform.spec().urn() == urn::kParDo) transform.mutable_spec()->set_urn("beam:transform:of_nobody:v1");
  }
  engine_.AddStage(std::move(stage));
  StartWorker();
  engine_.AskForBundle("1", "foreign");
  engine_.SendElements("1", source_, Encoded({1}), true);
  EXPECT_THAT(engine_.Answer("1").error(), HasSubstr("beam:transform:of_nobody:v1"));
}

TEST_F(WorkerTest, AnswersEveryRequest) {
  AddStage({"Double"});
  StartWorker();
  fn::InstructionRequest request;
  EXPECT_THAT(Ask(request, "nothing").error(), HasSubstr("does not know the request"));
  request.mutable_process_bundle()->set_process_bundle_descriptor_id("no such");
  EXPECT_THAT(Ask(request, "unknown stage").error(), HasSubstr("there is no such stage"));
  request.mutable_process_bundle_progress()->set_instruction_id("over");
  EXPECT_EQ(Ask(request, "progress").error(), "");
  request.mutable_process_bundle_split()->set_instruction_id("over");
  EXPECT_EQ(Ask(request, "split").process_bundle_split().channel_splits_size(), 0);
  request.mutable_finalize_bundle();
  EXPECT_TRUE(Ask(request, "finalize").has_finalize_bundle());
  request.mutable_harness_monitoring_infos();
  const fn::InstructionResponse of_process = Ask(request, "harness");
  EXPECT_TRUE(of_process.has_harness_monitoring_infos());
  EXPECT_EQ(of_process.harness_monitoring_infos().monitoring_data_size(), 0);
  request.mutable_sample_data();
  EXPECT_THAT(Ask(request, "sample").error(), HasSubstr("does not sample data"));
  request.mutable_monitoring_infos()->add_monitoring_info_id("never given");
  EXPECT_THAT(Ask(request, "infos").error(), HasSubstr("never given"));
  *request.mutable_register_()->add_process_bundle_descriptor() = StageOf(pipeline_, {"Double"}, engine_.endpoint());
  EXPECT_TRUE(Ask(request, "register").has_register_());
  engine_.AskForBundle("registered", "stage");
  engine_.SendElements("registered", source_, Encoded({1}), true);
  EXPECT_EQ(engine_.Answer("registered").error(), "");
}

TEST_F(WorkerTest, LeavesElementsThatAreNotBegun) {
  AddStage({"Double"});
  StartWorker();
  barrier.Close();
  engine_.AskForBundle("a", "Double");
  engine_.SendElements("a", source_, Encoded({1, 99, 3, 4, 5, 6}), true);
  while (waiting < 1) std::this_thread::yield();
  const auto split = [&](const std::string& id, double fraction) {
    fn::InstructionRequest request;
    request.mutable_process_bundle_split()->set_instruction_id("a");
    auto& wish = (*request.mutable_process_bundle_split()->mutable_desired_splits())[source_];
    wish.set_fraction_of_remainder(fraction);
    wish.set_estimated_input_elements(6);
    return Ask(request, id).process_bundle_split();
  };
  // Two are claimed and four are left, of which it keeps half.
  const auto first = split("first", 0.5);
  ASSERT_EQ(first.channel_splits_size(), 1);
  EXPECT_EQ(first.channel_splits(0).last_primary_element(), 3);
  EXPECT_EQ(first.channel_splits(0).first_residual_element(), 4);
  const auto second = split("second", 0);
  ASSERT_EQ(second.channel_splits_size(), 1);
  EXPECT_EQ(second.channel_splits(0).first_residual_element(), 2);
  EXPECT_EQ(split("third", 0).channel_splits_size(), 0);

  fn::InstructionRequest progress;
  progress.mutable_process_bundle_progress()->set_instruction_id("a");
  EXPECT_GT(Ask(progress, "progress").process_bundle_progress().monitoring_infos_size(), 0);
  barrier.Open();
  EXPECT_THAT(Decoded(engine_.Elements("a", sink_)), ElementsAre(2, 198));
  EXPECT_EQ(engine_.Answer("a").error(), "");
}

// What an engine makes of a pipeline to show its elements: pairs of what it knows an element by, and the element.
fn::ProcessBundleDescriptor StageToString(const std::string& endpoint, const proto::Coder& element,
                                          std::map<std::string, proto::Coder> coders) {
  fn::ProcessBundleDescriptor stage;
  stage.set_id("To String");
  const auto coder = [&](const std::string& id, const std::string& urn, std::vector<std::string> parts) {
    proto::Coder& made = (*stage.mutable_coders())[id];
    made.mutable_spec()->set_urn("beam:coder:" + urn + ":v1");
    for (const std::string& part : parts) made.add_component_coder_ids(part);
  };
  for (auto& [id, made] : coders) (*stage.mutable_coders())[id] = std::move(made);
  (*stage.mutable_coders())["element"] = element;
  coder("bytes", "bytes", {});
  coder("text", "string_utf8", {});
  coder("window", "global_window", {});
  coder("pairs", "kv", {"bytes", "element"});
  coder("texts", "kv", {"bytes", "text"});
  proto::WindowingStrategy& windowing = (*stage.mutable_windowing_strategies())["global"];
  windowing.mutable_window_fn()->set_urn(std::string(urn::kGlobalWindows));
  windowing.set_window_coder_id("window");
  for (const char* const id : {"pairs", "texts"}) {
    proto::PCollection& pcollection = (*stage.mutable_pcollections())[id];
    pcollection.set_coder_id(id);
    pcollection.set_windowing_strategy_id("global");
  }
  proto::PTransform& to_string = (*stage.mutable_transforms())["to string"];
  to_string.set_unique_name("To String");
  to_string.mutable_spec()->set_urn("beam:transform:to_string:v1");
  (*to_string.mutable_inputs())["in"] = "pairs";
  (*to_string.mutable_outputs())["out"] = "texts";
  AddPort(stage, "pairs", true, endpoint);
  AddPort(stage, "texts", false, endpoint);
  return stage;
}

TEST_F(WorkerTest, MakesTextsOfWhateverAnEngineSends) {
  struct Track {
    std::string path;
    double seconds = 0;
  };
  struct Case {
    CoderSpec coder;
    std::string element;
    std::string text;
  };
  const auto wire = [](const auto& value) {
    Writer out;
    WireCoder<std::remove_cvref_t<decltype(value)>>::Encode(value, out);
    return out.Take();
  };
  using Names = KV<std::int64_t, std::vector<std::string>>;
  const Case cases[] = {
      {WireCoder<std::int64_t>::Spec(), wire(std::int64_t{-7}), "-7"},
      {WireCoder<std::string>::Spec(), wire(std::string("text")), "text"},
      {WireCoder<std::string>::Spec(), wire(std::string("\xFF\x01")), "h'FF01'"},
      {WireCoder<Track>::Spec(), wire(Track{"a.mp3", 1.5}), R"({path: "a.mp3", seconds: 1.5})"},
      {WireCoder<Names>::Spec(), wire(Names{1, {"a", "b"}}), R"({key: 1, value: ["a", "b"]})"},
      {{.urn = "beam:coder:length_prefix:v1", .components = {{.urn = "beam:cpp:own:v1"}}}, std::string("\x02ok"), "ok"},
  };
  StartWorker();
  for (const Case& c : cases) {
    proto::Components components;
    ComponentsBuilder builder(components);
    const std::string id = builder.AddCoder(c.coder);
    engine_.AddStage([&] {
      auto stage = StageToString(engine_.endpoint(), components.coders().at(id),
                                 {components.coders().begin(), components.coders().end()});
      stage.set_id(c.text);
      return stage;
    }());
    Writer sent;
    EncodeMeta(ElementMeta{}, WindowCoding::kGlobal, sent);
    Coder<std::string>::Encode("nonce", sent);
    sent.Raw(c.element);
    engine_.AskForBundle(c.text, c.text);
    engine_.SendElements(c.text, "source pairs", sent.Take(), true);
    std::vector<std::string> texts;
    const std::string made = engine_.Elements(c.text, "sink texts");
    for (Reader in(made); !in.empty();) {
      DecodeWindowed<KV<std::string, std::string>>(WindowCoding::kGlobal, in,
                                                   [&](KV<std::string, std::string> pair, const ElementMeta&) {
                                                     EXPECT_EQ(pair.key, "nonce");
                                                     texts.push_back(pair.value);
                                                   });
    }
    EXPECT_THAT(texts, ElementsAre(c.text));
    EXPECT_EQ(engine_.Answer(c.text).error(), "");
  }
}

TEST_F(WorkerTest, SaysWhatTheStateAnswers) {
  AddStage({"Add All"});
  StartWorker();
  engine_.AskForBundle("a", "Add All");
  engine_.SendElements("a", source_, Encoded({1}), true);
  EXPECT_THAT(engine_.Answer("a").error(), HasSubstr("there is no such state"));
}

TEST_F(WorkerTest, EndsWithItsEngine) {
  AddStage({"Double"});
  StartWorker();
  engine_.AskForBundle("a", "Double");
  engine_.SendElements("a", source_, Encoded({1}), false);  // and never the rest
  engine_.Kill();
  while (!worker_->Ended()) std::this_thread::yield();
}

TEST_F(WorkerTest, FailsABundleWithBytesThatAreWrong) {
  AddStage({"Double"});
  StartWorker();
  engine_.AskForBundle("cut", "Double");
  engine_.SendElements("cut", source_, Encoded({300}).substr(0, 13), true);
  EXPECT_THAT(engine_.Answer("cut").error(), HasSubstr("malformed"));
  engine_.AskForBundle("lost", "Double");
  engine_.SendElements("lost", "no source", Encoded({1}), true);
  EXPECT_THAT(engine_.Answer("lost").error(), HasSubstr("no source"));
}

}  // namespace harness_test
