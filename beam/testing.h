// Everything a test of pipelines includes, beside beam/beam.h.
#pragma once

#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
