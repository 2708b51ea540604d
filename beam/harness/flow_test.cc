// Much data and little memory: what the worker does when an engine sends faster than it works, or does not read, when a
// group is larger than what fits, and when an element is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "beam/harness/harness.h"
#include "beam/harness/test_engine.h"
#include "beam/portable/test_descriptor.h"
#include "beam/transforms/create.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"

namespace flow_test {

using namespace beam;                    // NOLINT(google-build-using-namespace)
using namespace beam::testing_portable;  // NOLINT(google-build-using-namespace)
using testing::HasSubstr;

constexpr std::size_t kMegabyte = 1'000'000;

// What the DoFns below do, and see; set by each test.
std::atomic<bool> hold_in_setup{false};
std::atomic<bool> hold_elements{false};
std::atomic<std::int64_t> bytes_seen{0};
std::atomic<int> emitted{0};
TestEngine* engine_of_test = nullptr;

void WaitWhile(const std::atomic<bool>& flag) {
  while (flag) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

struct TakeFn {
  int Setup() const {
    WaitWhile(hold_in_setup);
    return 0;
  }
  void ProcessElement(int&, const std::string& text, Output<std::int64_t>) const {
    WaitWhile(hold_elements);
    bytes_seen += static_cast<std::int64_t>(text.size());
  }
};

struct MakeFn {
  void ProcessElement(const std::string& count, Output<std::string> out) const {
    for (int i = std::stoi(count); i > 0; --i) {
      out.Emit(std::string(kMegabyte, 'x'));
      ++emitted;
    }
  }
};

constexpr int kPages = 1000;
constexpr int kValuesAPage = 1000;

// Reads its group twice; says what is wrong with the values, and whether more was asked for than what is read lies in.
struct SumFn {
  void ProcessElement(const KV<std::string, Iterable<std::string>>& group, Output<std::string> out) const {
    for (int times = 0; times < 2; ++times) {
      int i = 0;
      for (const std::string& value : group.value) {
        if (value != std::to_string(i)) throw Error("value " + std::to_string(i) + " is " + value);
        const int fetched = times * kPages + i++ / kValuesAPage + 1;
        if (i % kValuesAPage == 0 && engine_of_test->state_requests() != fetched) {
          throw Error("after " + std::to_string(i) + " values there were "
                      + std::to_string(engine_of_test->state_requests()) + " pages");
        }
      }
      out.Emit(std::to_string(i));
    }
  }
};

std::string Encoded(const std::string& text) {
  Writer out;
  EncodeWindowed(text, ElementMeta{}, WindowCoding::kGlobal, out);
  return out.Take();
}

class FlowTest : public testing::Test {
 protected:
  FlowTest() {
    Pipeline p;
    const auto texts = p | Create("Texts", {"x"});
    texts | ParDo("Take", TakeFn{});
    texts | ParDo("Make", MakeFn{});
    texts
        | Map("Key", [](const std::string& text) { return KV<std::string, std::string>{text, text}; })
        | GroupByKey("Group")
        | ParDo("Sum", SumFn{});
    pipeline_ = ProtoOf(p);
    engine_of_test = &engine_;
    hold_in_setup = false;
    hold_elements = false;
    bytes_seen = 0;
    emitted = 0;
  }
  ~FlowTest() override {
    hold_in_setup = false;
    hold_elements = false;
    if (!worker_thread_.joinable()) return;
    harness_->Stop();
    worker_thread_.join();
  }

  void AddStage(const std::string& step) { std::tie(source_, sink_) = engine_.AddStageOf(pipeline_, {step}); }

  void StartWorker(HarnessOptions options = {}) {
    options.id = "worker";
    options.control = engine_.endpoint();
    harness_ = std::make_unique<Harness>(options);
    worker_thread_ = std::thread([this] { harness_->Run(); });
  }

  // Opens the data stream, without which the engine can send nothing.
  void RunEmptyBundle(const std::string& step) {
    engine_.AskForBundle("first", step);
    engine_.SendElements("first", source_, "", true);
    EXPECT_EQ(engine_.Answer("first").error(), "");
  }

  TestEngine engine_;
  proto::Pipeline pipeline_;
  std::string source_;
  std::string sink_;
  std::unique_ptr<Harness> harness_;
  std::thread worker_thread_;
};

// For so long that what can happen without end has become much.
template <class Condition>
void ExpectForAWhile(Condition condition, const char* what) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(condition()) << what;
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
}

TEST_F(FlowTest, AnEngineThatSendsFasterThanItsWorkerWaits) {
  AddStage("Take");
  StartWorker();
  RunEmptyBundle("Take");
  hold_elements = true;
  constexpr int kEach = 200;
  for (const char* const id : {"a", "b"}) engine_.AskForBundle(id, "Take");
  std::atomic<int> sent{0};
  std::thread sender([&] {
    for (; sent < 2 * kEach; ++sent) {
      engine_.SendElements(sent % 2 == 0 ? "a" : "b", source_, Encoded(std::string(kMegabyte, 'x')),
                           sent >= 2 * kEach - 2);
    }
  });
  // 64 MB lie in the inbox of one of the bundles, no more in the other's, and a few on the way.
  ExpectForAWhile([&] { return sent < 170; }, "the worker takes in what it has no room for");
  hold_elements = false;
  sender.join();
  for (const char* const id : {"a", "b"}) EXPECT_EQ(engine_.Answer(id).error(), "");
  EXPECT_EQ(bytes_seen, 2 * kEach * static_cast<std::int64_t>(kMegabyte));
}

TEST_F(FlowTest, AnEngineWaitsForASetup) {
  AddStage("Make");
  StartWorker();
  RunEmptyBundle("Make");
  AddStage("Take");
  hold_in_setup = true;
  engine_.AskForBundle("a", "Take");
  std::atomic<int> sent{0};
  std::thread sender([&] {
    for (; sent < 200; ++sent) {
      engine_.SendElements("a", source_, Encoded(std::string(kMegabyte, 'x')), sent == 199);
    }
  });
  ExpectForAWhile([&] { return sent < 100; }, "the worker takes in what it has no room for");
  hold_in_setup = false;
  sender.join();
  EXPECT_EQ(engine_.Answer("a").error(), "");
  EXPECT_EQ(bytes_seen, std::int64_t{200} * static_cast<std::int64_t>(kMegabyte));
}

TEST_F(FlowTest, AWorkerWaitsForAnEngineThatDoesNotRead) {
  AddStage("Make");
  StartWorker();
  RunEmptyBundle("Make");
  {
    const auto held_up = engine_.HoldUpData();
    engine_.AskForBundle("a", "Make");
    engine_.SendElements("a", source_, Encoded("300"), true);
    ExpectForAWhile([] { return emitted < 100; }, "the worker makes what nobody takes");
  }
  EXPECT_GE(engine_.Elements("a", sink_).size(), 300 * kMegabyte);
  EXPECT_EQ(engine_.Answer("a").error(), "");
}

TEST_F(FlowTest, ReadsAGroupOfAMillionValuesPageByPage) {
  AddStage("Sum");
  fn::StateKey key;
  key.mutable_runner()->set_key("token");
  std::vector<std::string> pages;
  for (int page = 0; page < kPages; ++page) {
    Writer out;
    for (int i = 0; i < kValuesAPage; ++i) WireCoder<std::string>::Encode(std::to_string(page * kValuesAPage + i), out);
    pages.push_back(out.Take());
  }
  engine_.AddState(key, std::move(pages));
  StartWorker();
  Writer group;
  EncodeMeta(ElementMeta{}, WindowCoding::kGlobal, group);
  WireCoder<std::string>::Encode("key", group);
  group.BigEndian(std::uint32_t{0xFFFFFFFF});
  group.VarInt(static_cast<std::uint64_t>(-1));
  WireCoder<std::string>::Encode("token", group);
  engine_.AskForBundle("a", "Sum");
  engine_.SendElements("a", source_, group.Take(), true);
  EXPECT_EQ(engine_.Answer("a").error(), "");
  EXPECT_EQ(engine_.Elements("a", sink_), Encoded("1000000") + Encoded("1000000"));
}

TEST_F(FlowTest, AnElementThatIsTooLargeIsNamed) {
  AddStage("Make");
  HarnessOptions options;
  options.most_message_bytes = kMegabyte / 2;
  StartWorker(options);
  engine_.AskForBundle("a", "Make");
  engine_.SendElements("a", source_, Encoded("2"), true);
  const std::string error = engine_.Answer("a").error();
  EXPECT_THAT(error, HasSubstr("Make"));
  EXPECT_THAT(error, HasSubstr("no more than 500000 can travel to an engine at once"));
}

TEST_F(FlowTest, ElementsOfBundlesThatAreOverAreDropped) {
  AddStage("Take");
  StartWorker();
  RunEmptyBundle("Take");
  for (int i = 0; i < 100; ++i) engine_.SendElements("first", source_, Encoded(std::string(kMegabyte, 'x')), false);
  engine_.AskForBundle("second", "Take");
  engine_.SendElements("second", source_, Encoded("x"), true);
  EXPECT_EQ(engine_.Answer("second").error(), "");
  EXPECT_EQ(bytes_seen, 1);
}

}  // namespace flow_test
