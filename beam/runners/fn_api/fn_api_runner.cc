#include "beam/runners/fn_api/fn_api_runner.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "beam/base/error.h"
#include "beam/harness/worker_thread.h"
#include "beam/portable/environment.h"
#include "beam/portable/pipeline_proto.h"
#include "beam/portable/stage_descriptor.h"
#include "beam/portable/urns.h"
#include "beam/runners/fn_api/fn_api_server.h"
#include "beam/runners/fn_api/remote_stage.h"

namespace beam {

namespace fn = org::apache::beam::model::fn_execution::v1;

namespace {

// What one thread of the engine keeps.
class RemoteRunner final : public BundleRunner {
 public:
  RemoteRunner(const EngineState& engine, FnApiServer& server) : engine_(engine), server_(server) {}

  BundleOutput Process(Bundle& bundle) override {
    const auto index = static_cast<std::size_t>(bundle.stage());
    std::unique_ptr<RemoteStage>& stage = stages_[bundle.stage()];
    if (stage == nullptr) stage = std::make_unique<RemoteStage>(engine_, engine_.plan.stages[index], server_);
    return stage->Process(bundle);
  }

 private:
  const EngineState engine_;
  FnApiServer& server_;
  std::map<int, std::unique_ptr<RemoteStage>> stages_;
};

// The server, and the worker that it serves.
class RemoteRunners final : public BundleRunners {
 public:
  explicit RemoteRunners(const EngineState& engine)
      : engine_(engine), server_([this](const fn::StateKey& key) { return ReadState(key); }) {
    // The environment matters to engines only.
    const auto pipeline = ToProto(engine_.graph, ExternalEnvironment(server_.endpoint()));
    for (const Stage& stage : engine_.plan.stages) {
      server_.AddStage(DescribeStage(engine_.graph, stage, pipeline, server_.endpoint()), TokensOf(stage));
    }
    worker_ = StartHarnessThread(HarnessOptions{
        .id = "embedded",
        .control = server_.endpoint(),
        .runner_capabilities = {std::string(urn::kEmbedsElementsInResponses)},
    });
  }

  std::unique_ptr<BundleRunner> Make() override { return std::make_unique<RemoteRunner>(engine_, server_); }

 private:
  // Side inputs are complete before a stage begins that reads them: all of its bundles see the same.
  FnApiServer::CacheTokens TokensOf(const Stage& stage) const {
    FnApiServer::CacheTokens tokens;
    for (const int transform : stage.transforms) {
      for (std::size_t i = 0; i < engine_.graph.transform(transform).side_inputs.size(); ++i) {
        auto& token = *tokens.Add();
        token.mutable_side_input()->set_transform_id(TransformId(transform));
        token.mutable_side_input()->set_side_input_id(SideInputTag(i));
        token.set_token("of this run");
      }
    }
    return tokens;
  }

  std::shared_ptr<const std::string> ReadState(const fn::StateKey& key) const {
    if (key.has_iterable_side_input()) {
      const auto& wanted = key.iterable_side_input();
      const PCollectionNode& side = SideInputOf(wanted.transform_id(), wanted.side_input_id());
      return engine_.side_inputs.at(side.id)->GetEncoded(WindowOf(side, wanted.window()));
    }
    if (!key.has_multimap_side_input()) throw Error("only side inputs are kept here, as iterables and multimaps");
    const auto& wanted = key.multimap_side_input();
    const PCollectionNode& side = SideInputOf(wanted.transform_id(), wanted.side_input_id());
    return engine_.side_inputs.at(side.id)->GetEncodedValues(WindowOf(side, wanted.window()), wanted.key(),
                                                             side.type->wire->coder().components.at(0));
  }

  static Window WindowOf(const PCollectionNode& side, const std::string& bytes) {
    Reader in(bytes);
    return DecodeWindow(side.windowing.coding(), in);
  }

  const PCollectionNode& SideInputOf(const std::string& transform_id, const std::string& tag) const {
    const int transform = TransformOfId(engine_.graph, transform_id);
    if (transform >= 0) {
      const auto& sides = engine_.graph.transform(transform).side_inputs;
      for (std::size_t i = 0; i < sides.size(); ++i) {
        if (SideInputTag(i) == tag) return engine_.graph.pcollection(sides[i].pcollection);
      }
    }
    throw Error("step '" + transform_id + "' has no side input '" + tag + "'");
  }

  const EngineState engine_;
  FnApiServer server_;
  std::unique_ptr<Worker> worker_;  // ends before the server
};

}  // namespace

std::unique_ptr<PipelineResult> RunThroughFnApi(const Pipeline& pipeline, const DirectRunnerOptions& options) {
  return RunDirect(pipeline, options,
                   [](const EngineState& engine) { return std::make_unique<RemoteRunners>(engine); });
}

}  // namespace beam
