// FnPayload: a user function on its way to a worker.
#pragma once

#include <org/apache/beam/model/pipeline/v1/beam_runner_api.pb.h>

#include <string>

namespace beam {

// Travels as a row.
struct FnPayload {
  std::string program;  // ProgramId()
  std::string key;      // of the registry
  std::string fields;   // encoded
  std::string step;     // its full name, as the user knows it: engines give the parts that they make other ones
};

void ToProto(const FnPayload& fn, org::apache::beam::model::pipeline::v1::FunctionSpec& spec);

// Throws Error for a function of another SDK, or of another build of the program.
FnPayload FnFromProto(const org::apache::beam::model::pipeline::v1::FunctionSpec& spec);

}  // namespace beam
