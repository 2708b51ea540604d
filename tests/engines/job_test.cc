// The Job API client against a real engine, with pipelines written by hand that need no worker.
#include "beam/runners/job/job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include "beam/base/error.h"
#include "beam/harness/worker_pool.h"
#include "beam/portable/artifact.h"
#include "beam/runners/job/local_engine.h"
#include "tests/engines/engine.h"

namespace {

namespace model = org::apache::beam::model::pipeline::v1;
using beam::PipelineState;
using testing::HasSubstr;

// Engines start the workers of a job, Prism even where it needs none. These wait to be stopped.
struct IdleWorker final : beam::Worker {
  bool Ended() const override { return false; }
};

// An Impulse whose output nobody reads, and an environment that depends on this program.
model::Pipeline ImpulseOnly(const std::string& pool_endpoint) {
  model::Pipeline pipeline;
  model::Components& components = *pipeline.mutable_components();

  model::Environment& environment = (*components.mutable_environments())["env"];
  environment.set_urn("beam:env:external:v1");
  model::ExternalPayload external;
  external.mutable_endpoint()->set_url(pool_endpoint);
  environment.set_payload(external.SerializeAsString());
  *environment.add_dependencies() = beam::FileArtifact(beam::ExecutablePath(), "klay-beam");

  (*components.mutable_coders())["bytes"].mutable_spec()->set_urn("beam:coder:bytes:v1");
  (*components.mutable_coders())["window"].mutable_spec()->set_urn("beam:coder:global_window:v1");
  model::WindowingStrategy& windowing = (*components.mutable_windowing_strategies())["global"];
  windowing.mutable_window_fn()->set_urn("beam:window_fn:global_windows:v1");
  windowing.set_window_coder_id("window");
  windowing.mutable_trigger()->mutable_default_();
  windowing.set_merge_status(model::MergeStatus::NON_MERGING);
  windowing.set_accumulation_mode(model::AccumulationMode::DISCARDING);
  windowing.set_output_time(model::OutputTime::END_OF_WINDOW);
  windowing.set_closing_behavior(model::ClosingBehavior::EMIT_IF_NONEMPTY);
  windowing.set_on_time_behavior(model::OnTimeBehavior::FIRE_IF_NONEMPTY);
  windowing.set_environment_id("env");

  model::PCollection& collection = (*components.mutable_pcollections())["out"];
  collection.set_unique_name("out");
  collection.set_coder_id("bytes");
  collection.set_windowing_strategy_id("global");
  collection.set_is_bounded(model::IsBounded::BOUNDED);
  model::PTransform& impulse = (*components.mutable_transforms())["impulse"];
  impulse.set_unique_name("Impulse");
  impulse.mutable_spec()->set_urn("beam:transform:impulse:v1");
  (*impulse.mutable_outputs())["out"] = "out";
  pipeline.add_root_transform_ids("impulse");
  return pipeline;
}

std::string OutcomeOf(const model::Pipeline& pipeline, const std::string& endpoint = EngineEndpoint()) {
  try {
    const auto result = beam::RunJob(pipeline,
                                     {.endpoint = endpoint,
                                      .job_name = "impulse",
                                      .pipeline_options = {},
                                      .run_timeout = std::chrono::seconds(120)});
    return result->WaitUntilFinish(std::chrono::milliseconds::max()) == PipelineState::kDone ? "done" : result->error();
  } catch (const beam::Error& error) {
    return error.what();
  }
}

class EngineJob : public testing::Test {
 protected:
  beam::WorkerPool pool_{"127.0.0.1:0", [](const beam::WorkerRequest&) { return std::make_unique<IdleWorker>(); }};
};

TEST_F(EngineJob, RunsToItsEndManyTimes) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(OutcomeOf(ImpulseOnly(pool_.endpoint())), "done");
}

TEST_F(EngineJob, RunsOnAnEngineOfItsOwn) {
  const beam::LocalEngine engine(beam::PrismProgram());
  EXPECT_EQ(OutcomeOf(ImpulseOnly(pool_.endpoint()), engine.endpoint()), "done");
}

TEST_F(EngineJob, WhatTheEngineCannotRunIsRefusedWithItsReason) {
  model::Pipeline pipeline = ImpulseOnly(pool_.endpoint());
  pipeline.add_requirements("beam:requirement:of_nobody:v1");
  EXPECT_THAT(OutcomeOf(pipeline), HasSubstr("beam:requirement:of_nobody:v1"));
}

}  // namespace
