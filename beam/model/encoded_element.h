// EncodedElement: an element of a type that no step of a stage names, as where an engine makes a stage of a Flatten
// alone. It passes as the bytes that it came as; the coder that the engine gives tells where they end.
#pragma once

#include <string>

#include "beam/model/element_type.h"

namespace beam {

struct EncodedElement {
  std::string bytes;
};

// Only the ends of a stage tell how large it is.
template <>
inline constexpr bool internal::kHasCheapSize<EncodedElement> = false;

// Neither kept nor grouped: it has what a stage of an engine's worker needs. To be fed it wants WireInput::coder.
extern const ElementType kEncodedElementType;

}  // namespace beam
