// WithTimestamps: gives each element the time at which it happened, which WindowInto goes by. The element stays in the
// window in which it is.
//
//   events | WithTimestamps("Times", [](const Event& e) { return Timestamp{e.millis}; }) | WindowInto(...)
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "beam/transforms/map.h"

namespace beam {
namespace internal {

template <class F, class In>
struct WithTimestampsFn {
  void ProcessElement(In element, Output<In> out) const {
    if constexpr (!std::is_same_v<std::invoke_result_t<F, const In&>, Timestamp>) {
      static_assert(std::is_same_v<std::invoke_result_t<F, const In&>, Timestamp>,
                    "the function of WithTimestamps must return a beam::Timestamp");
    } else {
      const Timestamp timestamp = F{}(std::as_const(element));
      out.EmitAt(std::move(element), timestamp);
    }
  }
};

}  // namespace internal

template <class F>
internal::Labelled<internal::LambdaTransform<internal::WithTimestampsFn, F>> WithTimestamps(std::string label, F) {
  return {std::move(label), {}};
}

}  // namespace beam
