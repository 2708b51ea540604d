// Fuzzes the worker as a whole: it is given a stage whose description was changed, a bundle of it, elements that are
// cut, come too late, twice, for somebody else, or with what they do not have, state that is as wrong, and questions
// about the bundle. Whatever comes, every request is answered; a bundle that succeeds has said of each sink that it is
// whole.
//
// The worker lives on from one input to the next, as in practice.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "beam/harness/test_engine.h"
#include "beam/harness/worker_thread.h"
#include "beam/portable/test_descriptor.h"
#include "beam/transforms/create.h"
#include "beam/transforms/flatten.h"
#include "beam/transforms/group_by_key.h"
#include "beam/transforms/map.h"
#include "beam/transforms/sum.h"
#include "beam/transforms/views.h"
#include "beam/transforms/window_into.h"
#include "beam/transforms/with_keys.h"
#include "fuzz/change_descriptor.h"

namespace worker_fuzzer {

using namespace beam;                    // NOLINT(google-build-using-namespace)
using namespace beam::testing_portable;  // NOLINT(google-build-using-namespace)
using beam::fuzzing::Script;

struct AddAllFn {
  void ProcessElement(std::int64_t n, const SideIterable<std::int64_t>& all, Output<std::int64_t> out) const {
    for (const std::int64_t more : all) n ^= more;
    out.Emit(n);
  }
};

struct LookUpFn {
  void ProcessElement(std::int64_t n, const SideMap<std::int64_t, std::string>& map, Output<std::string> out) const {
    if (map.Contains(n)) out.Emit(map.All(n).front());
  }
};

struct JoinFn {
  void ProcessElement(const KV<std::int64_t, Iterable<std::string>>& group, Output<std::string> out) const {
    std::string joined;
    for (const std::string& text : group.value) joined += text;
    out.Emit(joined);
  }
};

struct Example {
  fn::ProcessBundleDescriptor stage;
  std::string element;  // as its source sends it
};

// A stage of an engine, and an element of it.
template <class Encode>
Example MakeExample(const proto::Pipeline& pipeline, const std::vector<std::string>& steps, const std::string& endpoint,
                    const Encode& encode) {
  Writer out;
  EncodeMeta(ElementMeta{}, WindowCoding::kGlobal, out);
  encode(out);
  return {StageOf(pipeline, steps, endpoint), out.Take()};
}

std::vector<Example> MakeExamples(const std::string& endpoint) {
  Pipeline p;
  const auto numbers = p | Create("Numbers", {std::int64_t{1}});
  const auto doubled = numbers | Map("Double", [](std::int64_t n) { return n ^ 1; });
  Flatten("Flatten", numbers, doubled)
      | WindowInto("Windows", FixedWindows(1000))
      | WithKeys("Key", [](std::int64_t n) { return n % 2; })
      | SumPerKey("Sum");
  Flatten("Two Sources", numbers, doubled) | Map("Behind", [](std::int64_t n) { return n; });
  numbers | ParDo("Add All", AddAllFn{}, AsIterable(numbers));
  const auto pairs =
      numbers | Map("Pair", [](std::int64_t n) { return KV<std::int64_t, std::string>{n, std::to_string(n)}; });
  numbers | ParDo("Look Up", LookUpFn{}, AsMap(pairs));
  pairs | GroupByKey("Group") | ParDo("Join", JoinFn{});
  const proto::Pipeline pipeline = ProtoOf(p);
  const auto number = [](Writer& out) { WireCoder<std::int64_t>::Encode(3, out); };
  const auto group = [](Writer& out) {
    WireCoder<std::int64_t>::Encode(3, out);
    out.BigEndian(std::uint32_t{0xFFFFFFFF});
    out.VarInt(1);
    WireCoder<std::string>::Encode("abc", out);
    out.VarInt(static_cast<std::uint64_t>(-1));
    WireCoder<std::string>::Encode("token", out);
  };
  return {MakeExample(pipeline, {"Double", "Flatten", "Windows", "Key"}, endpoint, number),
          MakeExample(pipeline, {"Two Sources", "Behind"}, endpoint, number),
          MakeExample(pipeline, {"Add All"}, endpoint, number), MakeExample(pipeline, {"Look Up"}, endpoint, number),
          MakeExample(pipeline, {"Join"}, endpoint, group)};
}

// The engine and its worker.
class Session {
 public:
  Session() : examples_(MakeExamples(engine_.endpoint())) {
    engine_.AnswerOtherState(
        [this](const fn::StateRequest& request, fn::StateResponse& response) { AnswerState(request, response); });
    WorkerRequest request;
    request.id = "worker";
    request.control_endpoint = engine_.endpoint();
    worker_ = StartWorkerThread(request);
    OpenDataStream();
  }
  ~Session() { worker_.reset(); }

  void Play(Script script) {
    const Example& example = examples_[script.Below(examples_.size())];
    Bundle bundle;
    bundle.id = "bundle " + std::to_string(++bundles_);
    fn::ProcessBundleDescriptor stage = example.stage;
    for (std::size_t changes = script.Below(8); changes > 0; --changes) fuzzing::ChangeDescriptor(stage, script);
    stage.set_id(bundle.id);
    PutAddressesRight(stage, bundle);
    TakePages(script);
    engine_.AddStage(std::move(stage));

    fn::InstructionRequest request;
    request.mutable_process_bundle()->set_process_bundle_descriptor_id(bundle.id);
    while (script.Byte() % 2 == 1)
      AddElements(*request.mutable_process_bundle()->mutable_elements(), example, bundle, script);
    const bool elements_first = script.Byte() % 2 == 1;
    if (!elements_first) Ask(request, bundle.id);
    while (!script.empty()) Step(example, bundle, script);
    if (elements_first) Ask(request, bundle.id);
    // Whatever has come, nothing more does: an engine ends its elements.
    fn::Elements end;
    for (const std::string& source : bundle.sources) {
      fn::Elements::Data& data = *end.add_data();
      data.set_instruction_id(bundle.id);
      data.set_transform_id(source);
      data.set_is_last(true);
    }
    if (!bundle.sources.empty()) engine_.Send(end);

    for (const std::string& question : bundle.questions) engine_.Answer(question);
    const fn::InstructionResponse answer = engine_.Answer(bundle.id);
    if (answer.has_process_bundle() != answer.error().empty()) std::abort();
    if (!answer.error().empty()) return;
    for (const std::string& sink : bundle.sinks) engine_.Elements(bundle.id, sink);
  }

 private:
  struct Bundle {
    std::string id;
    std::vector<std::string> sources;
    std::vector<std::string> sinks;
    std::vector<std::string> questions;  // that are not answered yet
  };

  void OpenDataStream() {
    fn::ProcessBundleDescriptor stage = examples_.front().stage;
    stage.set_id("first");
    Bundle bundle;
    PutAddressesRight(stage, bundle);
    engine_.AddStage(std::move(stage));
    engine_.AskForBundle("first", "first");
    for (const std::string& source : bundle.sources) engine_.SendElements("first", source, "", true);
    if (!engine_.Answer("first").error().empty()) std::abort();
  }

  // A worker that is sent to another engine waits for that one.
  void PutAddressesRight(fn::ProcessBundleDescriptor& stage, Bundle& bundle) const {
    stage.mutable_state_api_service_descriptor()->set_url(engine_.endpoint());
    for (auto& [id, transform] : *stage.mutable_transforms()) {
      const std::string& urn = transform.spec().urn();
      if (urn != urn::kSource && urn != urn::kSink) continue;
      (urn == urn::kSource ? bundle.sources : bundle.sinks).push_back(id);
      fn::RemoteGrpcPort port;
      if (!port.ParseFromString(transform.spec().payload())) continue;
      port.mutable_api_service_descriptor()->set_url(engine_.endpoint());
      transform.mutable_spec()->set_payload(port.SerializeAsString());
    }
    std::sort(bundle.sources.begin(), bundle.sources.end());
  }

  void TakePages(Script& script) {
    std::vector<std::string> pages;
    for (std::size_t count = script.Below(4); count > 0; --count) pages.push_back(script.Bytes());
    const std::lock_guard lock(mutex_);
    pages_ = std::move(pages);
  }

  void AnswerState(const fn::StateRequest& request, fn::StateResponse& response) {
    const std::lock_guard lock(mutex_);
    const std::size_t page = request.get().continuation_token().size();
    if (page >= pages_.size()) return response.set_error("there is no such page");
    response.mutable_get()->set_data(pages_[page]);
    if (page + 1 < pages_.size()) response.mutable_get()->set_continuation_token(std::string(page + 1, 'n'));
  }

  void AddElements(fn::Elements& elements, const Example& example, const Bundle& bundle, Script& script) const {
    const std::uint8_t how = script.Byte();
    const auto take_ids = [&](auto& message) {
      message.set_instruction_id(how % 32 == 1 ? script.Bytes() : how % 32 == 2 ? "first" : bundle.id);
      message.set_transform_id(bundle.sources.empty() || how % 16 == 3
                                   ? script.Bytes()
                                   : bundle.sources[script.Below(bundle.sources.size())]);
      message.set_is_last(how % 8 == 4);
    };
    if (how % 64 == 5) {
      fn::Elements::Timers& timers = *elements.add_timers();
      take_ids(timers);
      timers.set_timer_family_id(script.Bytes());
      timers.set_timers(script.Bytes());
      return;
    }
    fn::Elements::Data& data = *elements.add_data();
    take_ids(data);
    std::string bytes;
    for (std::size_t count = script.Below(4); count > 0; --count) bytes += example.element;
    for (std::size_t changes = script.Below(4); changes > 0 && !bytes.empty(); --changes) {
      const std::size_t at = script.Below(bytes.size());
      switch (script.Byte() % 3) {
        case 0: bytes[at] = static_cast<char>(script.Byte()); break;
        case 1: bytes.insert(at, script.Bytes()); break;
        default: bytes.erase(at, script.Byte());
      }
    }
    data.set_data(bytes);
  }

  void Ask(fn::InstructionRequest& request, const std::string& id) {
    request.set_instruction_id(id);
    engine_.Ask(request);
  }

  void Step(const Example& example, Bundle& bundle, Script& script) {
    fn::InstructionRequest request;
    switch (script.Byte() % 8) {
      case 0: {
        request.mutable_process_bundle_split()->set_instruction_id(script.Byte() % 4 == 0 ? script.Bytes() : bundle.id);
        auto& wishes = *request.mutable_process_bundle_split()->mutable_desired_splits();
        for (const std::string& source : bundle.sources) {
          auto& wish = wishes[source];
          const std::uint64_t fraction = script.Number();
          double number = 0;
          std::memcpy(&number, &fraction, sizeof number);
          wish.set_fraction_of_remainder(number);
          wish.set_estimated_input_elements(static_cast<std::int64_t>(script.Number()));
          while (script.Byte() % 2 == 1) wish.add_allowed_split_points(static_cast<std::int64_t>(script.Number()));
        }
        break;
      }
      case 1: request.mutable_process_bundle_progress()->set_instruction_id(bundle.id); break;
      case 2:
        switch (script.Byte() % 5) {
          case 0: request.mutable_monitoring_infos()->add_monitoring_info_id(script.Bytes()); break;
          case 1: request.mutable_finalize_bundle()->set_instruction_id(script.Bytes()); break;
          case 2: request.mutable_harness_monitoring_infos(); break;
          case 3: request.mutable_register_(); break;
          default: break;  // one that asks for nothing
        }
        break;
      default: {
        fn::Elements elements;
        AddElements(elements, example, bundle, script);
        return engine_.Send(elements);
      }
    }
    bundle.questions.push_back(bundle.id + " " + std::to_string(bundle.questions.size()));
    Ask(request, bundle.questions.back());
  }

  TestEngine engine_{TestEngine::Reach::kInProcess};
  const std::vector<Example> examples_;
  std::mutex mutex_;
  std::vector<std::string> pages_;
  int bundles_ = 0;
  std::unique_ptr<Worker> worker_;
};

}  // namespace worker_fuzzer

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Both sides remember every stage that there ever was.
  constexpr int kInputsASession = 1000;
  static worker_fuzzer::Session* session =
      nullptr;  // the last one is not destroyed, as what it stands on may be before
  static int inputs = 0;
  if (inputs++ % kInputsASession == 0) {
    delete session;
    session = new worker_fuzzer::Session;
  }
  session->Play({data, size});
  return 0;
}
