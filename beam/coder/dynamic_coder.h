// DynamicCoder: encodes and decodes by a CoderSpec that is known at run time only, to and from Value. It is made of the
// same formats as Coder<T>, so it reads what those write and the other way round.
//
// A DynamicCoder is immutable and thread-safe once made; the fetch function is called on the decoding thread.
// Understood are all of Beam's standard coders, rows with any field types, and as logical types millis_instant and
// decimal; other logical types are their representation. Under a length prefix an unknown coder's values are bytes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "beam/coder/codable.h"
#include "beam/coder/value.h"

namespace beam {

namespace internal {
class DynamicFormat;
}

// Returns the bytes of the elements of an iterable that a token stands for, one nested encoding after another.
using FetchState = std::function<std::string(std::string_view token)>;

class DynamicCoder {
 public:
  // Throws Error, naming the URN, if a coder is unknown or lacks a component.
  explicit DynamicCoder(const CoderSpec& spec, const FetchState& fetch = {});

  // Throws Error if the value is not of the kind that the coder expects.
  void Encode(const Value& value, Writer& out, Context context = Context::kNested) const;

  // Throws Error on malformed bytes.
  Value Decode(Reader& in, Context context = Context::kNested) const;

 private:
  std::shared_ptr<const internal::DynamicFormat> format_;
};

// Whether DynamicCoder understands the URN itself (not its components).
bool IsStandardCoder(std::string_view urn);

}  // namespace beam
