// What a worker tells of its bundles while they run and when they have ended, and of itself.
#include "beam/harness/monitoring.h"

#include <gmock/gmock.h>

#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "beam/base/log.h"
#include "beam/harness/log_stream.h"
#include "beam/harness/test_worker.h"

namespace harness_test {

using testing::AllOf;
using testing::HasSubstr;

// Infos as text: "name(transform or PCollection) = numbers of the payload". Names are without what all have in common.
std::string TextOf(const MonitoringInfo& info) {
  std::string text = info.urn();
  for (const char* const common : {"beam:metric:", ":v1"}) {
    if (const auto at = text.find(common); at != std::string::npos) text.erase(at, std::strlen(common));
  }
  text += '(';
  for (const char* const label : {"PTRANSFORM", "PCOLLECTION", "NAME"}) {
    if (const auto found = info.labels().find(label); found != info.labels().end()) text += found->second + ' ';
  }
  text.back() = ')';
  text += " =";
  for (Reader in(info.payload()); !in.empty();) text += ' ' + std::to_string(static_cast<std::int64_t>(in.VarInt()));
  return text;
}

template <class Infos>
std::vector<std::string> TextsOf(const Infos& infos) {
  std::vector<std::string> texts;
  for (const MonitoringInfo& info : infos) texts.push_back(TextOf(info));
  return texts;
}

class MonitoringTest : public WorkerTest {
 protected:
  MonitoringTest() {
    AddStage({"Double", "Next"});
    double_ = IdOf(pipeline_, "Double");
    const auto& transforms = pipeline_.components().transforms();
    input_ = transforms.at(double_).inputs().begin()->second;
    middle_ = transforms.at(double_).outputs().begin()->second;
    output_ = transforms.at(IdOf(pipeline_, "Next")).outputs().begin()->second;
  }

  fn::ProcessBundleProgressResponse Progress(const std::string& bundle) {
    fn::InstructionRequest request;
    request.mutable_process_bundle_progress()->set_instruction_id(bundle);
    return Ask(request, "progress").process_bundle_progress();
  }

  // The same of payloads by short ids, which the engine asks about.
  template <class Payloads>
  std::vector<std::string> NamedTextsOf(const Payloads& payloads) {
    fn::InstructionRequest names;
    for (const auto& [short_id, payload] : payloads) {
      names.mutable_monitoring_infos()->add_monitoring_info_id(short_id);
    }
    std::vector<std::string> texts;
    const fn::InstructionResponse told = Ask(names, "names");
    for (const auto& [short_id, info] : told.monitoring_infos().monitoring_info()) {
      MonitoringInfo whole = info;
      whole.set_payload(payloads.at(short_id));
      texts.push_back(TextOf(whole));
    }
    return texts;
  }

  std::string double_;
  std::string input_;
  std::string middle_;
  std::string output_;
};

TEST_F(MonitoringTest, TellsWhatABundleAmountedToInBothForms) {
  StartWorker();
  // The second time the operators have run a bundle before.
  for (const char* const id : {"a", "b"}) {
    engine_.AskForBundle(id, "Double");
    engine_.SendElements(id, source_, Encoded({1, 2, 300}), true);
    const fn::ProcessBundleResponse answer = engine_.Answer(id).process_bundle();
    const std::vector<std::string> texts = TextsOf(answer.monitoring_infos());
    for (const std::string& text : {
             "element_count(" + input_ + ") = 3",
             "element_count(" + middle_ + ") = 3",
             "element_count(" + output_ + ") = 3",
             "user:sum_int64(" + double_ + " elements) = 3",
             "user:distribution_int64(" + double_ + " values) = 3 303 1 300",
             "data_channel:read_index(" + source_ + ") = 2",
             // The sizes of 2, 4 and 600 are 1, 1 and 2 bytes.
             "sampled_byte_size(" + middle_ + ") = 3 4 1 2",
         }) {
      EXPECT_THAT(texts, testing::Contains(text));
    }
    // At the ends it is the mean of a piece, in which 13 bytes surround an element.
    EXPECT_THAT(texts, testing::Contains("sampled_byte_size(" + input_ + ") = 1 14 14 14"));

    EXPECT_THAT(NamedTextsOf(answer.monitoring_data()), testing::UnorderedElementsAreArray(texts));
  }
}

TEST_F(MonitoringTest, TellsAnEngineThatTakesShortIdsNoMore) {
  engine_.Offer("beam:protocol:monitoring_info_short_ids:v1");
  StartWorker();
  std::vector<std::size_t> told;
  for (const char* const id : {"a", "b"}) {
    engine_.AskForBundle(id, "Double");
    engine_.SendElements(id, source_, Encoded({1, 2}), true);
    const fn::ProcessBundleResponse answer = engine_.Answer(id).process_bundle();
    EXPECT_EQ(answer.monitoring_infos_size(), 0);
    for (const auto& [short_id, payload] : answer.monitoring_data()) {
      fn::InstructionRequest name;
      name.mutable_monitoring_infos()->add_monitoring_info_id(short_id);
      const fn::InstructionResponse info = Ask(name, "name");
      EXPECT_EQ(info.monitoring_infos().monitoring_info().count(short_id), 1u) << info.error();
    }
    told.push_back(answer.monitoring_data().size());
  }
  EXPECT_GE(told.front(), 5u);
  EXPECT_EQ(told.front(), told.back());
}

// An engine may keep the ids of all workers of a job in one place.
TEST(ShortIds, OfTwoWorkersAreNotTheSame) {
  ShortIds one("job[]_cpp");
  ShortIds other("job[]_cpp2");
  const std::string id = one.IdOf(ElementCount("p1", 1));
  EXPECT_EQ(one.IdOf(ElementCount("p1", 2)), id);
  EXPECT_NE(one.IdOf(ElementCount("p2", 1)), id);
  EXPECT_NE(other.IdOf(ElementCount("p3", 1)), id);
  EXPECT_EQ(one.InfoOf(id).labels().at("PCOLLECTION"), "p1");
  EXPECT_THROW(other.InfoOf(id), Error);
}

TEST_F(MonitoringTest, TellsHowFarABundleIsAndWhereTimeGoes) {
  StartWorker();
  barrier.Close();
  engine_.AskForBundle("a", "Double");
  engine_.SendElements("a", source_, Encoded({1, 99, 3}), false);
  while (waiting < 1) std::this_thread::yield();
  // The second element is in the first step; the first one has gone through.
  const fn::ProcessBundleProgressResponse progress = Progress("a");
  EXPECT_TRUE(progress.consuming_received_data());
  const std::vector<std::string> texts = TextsOf(progress.monitoring_infos());
  EXPECT_THAT(NamedTextsOf(progress.monitoring_data()), testing::UnorderedElementsAreArray(texts));
  for (const std::string& text : {
           "element_count(" + input_ + ") = 2",
           "element_count(" + middle_ + ") = 1",
           "element_count(" + output_ + ") = 1",
           "user:sum_int64(" + double_ + " elements) = 2",
           "user:distribution_int64(" + double_ + " values) = 2 100 1 99",
           "data_channel:read_index(" + source_ + ") = 1",
       }) {
    EXPECT_THAT(texts, testing::Contains(text));
  }
  const auto is_told = [&](const std::string& start) {
    for (const std::string& text : TextsOf(Progress("a").monitoring_infos())) {
      if (text.starts_with(start)) return true;
    }
    return false;
  };
  while (!is_told("pardo_execution_time:process_bundle_msecs(" + double_ + ")")) std::this_thread::yield();
  EXPECT_TRUE(is_told("ptransform_execution_time:total_msecs(" + double_ + ")"));
  EXPECT_FALSE(is_told("pardo_execution_time:start_bundle_msecs"));
  barrier.Open();
  while (Progress("a").consuming_received_data()) std::this_thread::yield();
  engine_.SendElements("a", source_, Encoded({}), true);
  EXPECT_EQ(engine_.Answer("a").error(), "");
}

TEST_F(MonitoringTest, DescribesItself) {
  StartWorker();
  EXPECT_THAT(engine_.Status(), AllOf(HasSubstr("worker: worker\n"), HasSubstr("no bundle in progress")));
  barrier.Close();
  engine_.AskForBundle("a", "Double");
  engine_.SendElements("a", source_, Encoded({1, 99}), true);
  while (waiting < 1) std::this_thread::yield();
  EXPECT_THAT(
      engine_.Status(),
      AllOf(HasSubstr("build: "), HasSubstr("resident"), HasSubstr("threads: "),
            HasSubstr("bundle a of stage Double: for "), HasSubstr("in ProcessElement of step 'Double', 2 elements")));
}

// Logs from where it is asked to.
struct LogFn {
  void StartBundle() const { LogInfo("start"); }
  void ProcessElement(std::int64_t n, Output<std::int64_t> out) const {
    LogWarning("element " + std::to_string(n) + " \xFF");
    std::thread([] { LogError("own thread"); }).join();
    out.Emit(n);
  }
};

TEST_F(MonitoringTest, LogsWithTheStepAndTheBundle) {
  Pipeline p;
  p | Create("Numbers", {std::int64_t{1}}) | ParDo("Log", LogFn{});
  pipeline_ = ProtoOf(p);
  AddStage({"Log"});
  {
    const LogStream log(engine_.endpoint(), "worker");
    StartWorker();
    LogInfo("outside");
    engine_.AskForBundle("a", "Log");
    engine_.SendElements("a", source_, Encoded({7}), true);
    EXPECT_EQ(engine_.Answer("a").error(), "");
  }
  const std::string step = IdOf(pipeline_, "Log");
  std::map<std::string, fn::LogEntry> entries;
  for (const fn::LogEntry& entry : engine_.log_entries()) entries[entry.message()] = entry;
  struct Case {
    std::string message;
    fn::LogEntry::Severity::Enum severity;
    std::string transform;
    std::string instruction;
  };
  // Texts are UTF-8 on the wire.
  for (const Case& c : std::vector<Case>{{"outside", fn::LogEntry::Severity::INFO, "", ""},
                                         {"start", fn::LogEntry::Severity::INFO, step, "a"},
                                         {"element 7 \xEF\xBF\xBD", fn::LogEntry::Severity::WARN, step, "a"},
                                         {"own thread", fn::LogEntry::Severity::ERROR, "", ""}}) {
    ASSERT_EQ(entries.count(c.message), 1U) << c.message;
    const fn::LogEntry& entry = entries[c.message];
    EXPECT_EQ(entry.severity(), c.severity) << c.message;
    EXPECT_EQ(entry.transform_id(), c.transform) << c.message;
    EXPECT_EQ(entry.instruction_id(), c.instruction) << c.message;
    EXPECT_GT(entry.timestamp().seconds(), 0) << c.message;
    EXPECT_NE(entry.thread(), "") << c.message;
  }
  EXPECT_NE(entries["own thread"].thread(), entries["start"].thread());
}

}  // namespace harness_test
