// The operator of beam:transform:to_string:v1, which an engine adds to show elements to people.
#pragma once

#include <memory>

#include "beam/model/operator.h"

namespace beam {

// Of a pair of what an engine knows an element by, and the element, the second becomes a text. A text stays as it is,
// as do bytes that are one; the rest is as DebugString has it. From EncodedElement, in OperatorContext::coder, which
// must be that of pairs, to EncodedElement. Throws Error for coders that are not known here.
std::unique_ptr<Operator> MakeToString(const OperatorContext& context);

}  // namespace beam
