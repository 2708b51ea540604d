#include "beam/portable/fn_payload.h"

#include "beam/coder/coder.h"
#include "beam/portable/program_id.h"
#include "beam/portable/urns.h"

namespace beam {

namespace proto = org::apache::beam::model::pipeline::v1;

void ToProto(const FnPayload& fn, proto::FunctionSpec& spec) {
  Writer out;
  Coder<FnPayload>::Encode(fn, out);
  spec.set_urn(std::string(urn::kFn));
  spec.set_payload(out.Take());
}

FnPayload FnFromProto(const proto::FunctionSpec& spec) {
  if (spec.urn() != urn::kFn) throw Error("this worker runs functions in C++ only, not " + spec.urn());
  Reader in(spec.payload());
  FnPayload fn = Coder<FnPayload>::Decode(in);
  CheckProgramId(fn.program);
  return fn;
}

}  // namespace beam
