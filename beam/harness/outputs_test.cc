// How what a worker makes gets to its engine: in time, and with the answer where there is little of it.
#include <gmock/gmock.h>

#include "beam/harness/test_worker.h"

namespace harness_test {

using testing::ElementsAre;

class OutputsTest : public WorkerTest {
 protected:
  OutputsTest() { AddStage({"Double"}); }
};

TEST_F(OutputsTest, LeaveWhileTheNextElementTakesLong) {
  StartWorker();
  barrier.Close();
  engine_.AskForBundle("a", "Double");
  engine_.SendElements("a", source_, Encoded({1, 99, 3}), true);
  EXPECT_THAT(Decoded(engine_.FirstElements("a", sink_)), ElementsAre(2));
  barrier.Open();
  EXPECT_THAT(Decoded(engine_.Elements("a", sink_)), ElementsAre(2, 198, 6));
  EXPECT_EQ(engine_.Answer("a").error(), "");
}

constexpr const char* kEmbedding = "beam:protocol:control_response_elements_embedding:v1";

// The elements that came with an answer. The mark of the last comes behind them.
std::vector<std::int64_t> Embedded(const fn::InstructionResponse& answer) {
  std::string bytes;
  bool is_complete = false;
  for (const fn::Elements::Data& data : answer.process_bundle().elements().data()) {
    bytes += data.data();
    is_complete |= data.is_last();
  }
  EXPECT_TRUE(is_complete);
  return Decoded(bytes);
}

TEST_F(OutputsTest, GoWithTheAnswerWhereTheEngineTakesThem) {
  engine_.Offer(kEmbedding);
  StartWorker();
  for (const char* const id : {"a", "b"}) {
    engine_.AskForBundle(id, "Double");
    engine_.SendElements(id, source_, Encoded({1, 2}), true);
    EXPECT_THAT(Embedded(engine_.Answer(id)), ElementsAre(2, 4)) << id;
  }
}

TEST_F(OutputsTest, GoByTheirStreamWhereTheyAreMany) {
  engine_.Offer(kEmbedding);
  StartWorker();
  const std::vector<std::int64_t> many(10'000, 7);
  engine_.AskForBundle("a", "Double");
  engine_.SendElements("a", source_, Encoded(many), true);
  EXPECT_EQ(Decoded(engine_.Elements("a", sink_)), std::vector<std::int64_t>(many.size(), 14));
  EXPECT_EQ(engine_.Answer("a").process_bundle().elements().data_size(), 0);
}

TEST_F(OutputsTest, GoByTheirStreamWhereSomeHaveLeft) {
  engine_.Offer(kEmbedding);
  StartWorker();
  barrier.Close();
  engine_.AskForBundle("a", "Double");
  engine_.SendElements("a", source_, Encoded({1, 99}), true);
  engine_.FirstElements("a", sink_);
  barrier.Open();
  EXPECT_THAT(Decoded(engine_.Elements("a", sink_)), ElementsAre(2, 198));
  EXPECT_EQ(engine_.Answer("a").process_bundle().elements().data_size(), 0);
}

TEST_F(OutputsTest, GoByTheirStreamWhereTheEngineDoesNotTakeThem) {
  StartWorker();
  engine_.AskForBundle("a", "Double");
  engine_.SendElements("a", source_, Encoded({1}), true);
  EXPECT_THAT(Decoded(engine_.Elements("a", sink_)), ElementsAre(2));
  EXPECT_FALSE(engine_.Answer("a").process_bundle().has_elements());
}

}  // namespace harness_test
