#include "beam/coder/formats.h"

#include <string>

namespace beam::internal {

void ThrowMalformed(const char* what) { throw Error("malformed bytes: " + std::string(what)); }

void ThrowTooManyElements(std::uint64_t count) {
  throw Error("cannot encode a collection of " + std::to_string(count) + " elements: Beam's limit is 2147483647");
}

void NoMoreElements::operator()(std::string_view) const {
  throw Error("the rest of an iterable lies in the runner's state, which cannot be reached here");
}

void SkipUnknownFields(const RowHeader& header, std::size_t known, Reader& in, Context context) {
  if (header.field_count <= known) return;
  if (context == Context::kOuter) {
    in.Rest();
    return;
  }
  // Fields beyond the null bits are not null, so there are at most as many rounds as there are bits.
  for (std::uint64_t i = known; i < header.field_count; ++i) {
    if (header.IsNull(i)) continue;
    throw Error("a row has " + std::to_string(header.field_count) + " fields where " + std::to_string(known)
                + " are known: the rest cannot be skipped inside another value");
  }
}

}  // namespace beam::internal
