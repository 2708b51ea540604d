// Decimal numbers of any size: the logical type beam:logical_type:decimal:v1, which is Java's BigDecimal.
//
//   VarInt scale, then the unscaled number as nested bytes, big-endian two's complement, as short as possible
//   "3.1415"  04 02 7A B7      "-100.123"  03 03 FE 78 E5      "0.0"  01 01 00
#pragma once

#include <string>
#include <string_view>

#include "beam/base/bytes.h"

namespace beam::internal {

// `text` is an optional sign, digits, and optionally a point and more digits; throws Error otherwise. The number of
// digits after the point is kept: "1.0" and "1.00" are different bytes.
void WriteDecimal(std::string_view text, Writer& out);

// A negative scale (factors of ten) is written out as zeros. Throws Error above 10000 digits.
std::string ReadDecimal(Reader& in);

}  // namespace beam::internal
