// Whether something may follow an encoded value on the wire: Beam's nested and outer contexts.
//
// Nested values must say where they end (a string carries its length); in the outer context the end of the bytes is the
// end of the value, and the length is left away. Only strings, bytes and what ends in them differ.
//   "abc"  nested 03 61 62 63   outer 61 62 63
#pragma once

namespace beam {

enum class Context { kNested, kOuter };

}  // namespace beam
