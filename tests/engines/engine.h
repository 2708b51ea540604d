// The engine that the tests of this folder run on: BEAM_TEST_PIPELINE_OPTIONS says where it is (cmake/Tests.cmake).
#pragma once

#include <string>

#include "beam/testing/test_pipeline.h"

// The address of its job service.
inline std::string EngineEndpoint() { return beam::TestPipeline::DefaultOptions().job_endpoint; }
