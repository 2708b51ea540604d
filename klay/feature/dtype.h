// Dtype: what one element of an array is, as NumPy writes it: "<f4", ">i2", "|b1", "<U12".
//
// A kind, a size in bytes, and the order of bytes. The kinds are those whose elements are plain bytes: b (bool), i, u
// (integers), f (floating point, also of 2 and 16 bytes), c (complex), S (bytes), U (UCS-4 text), M, m (times, with a
// unit behind), V (anything). Structured types and Python objects are not among them.
#pragma once

#include <bit>
#include <complex>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace klay {

struct Dtype {
  char kind = 'f';
  std::int64_t bytes = 4;  // of an element; U counts 4 a character
  bool big_endian = false;
  std::string unit;  // of times: "[ns]"; empty otherwise

  bool operator==(const Dtype&) const = default;

  // The parts of an element whose bytes are swapped by themselves: the half of a complex number, a character of U.
  std::int64_t swapped_unit_bytes() const;
  // As NumPy's dtype.str.
  std::string ToString() const;
};

// Throws FeatureError for anything else.
Dtype ParseDtype(std::string_view text);

// The dtype of a C++ type in this machine's byte order.
template <class T>
Dtype DtypeOf() {
  Dtype dtype;
  dtype.bytes = sizeof(T);
  dtype.big_endian = sizeof(T) > 1 && std::endian::native == std::endian::big;
  if constexpr (std::is_same_v<T, bool>) {
    dtype.kind = 'b';
  } else if constexpr (std::is_floating_point_v<T>) {
    dtype.kind = 'f';
  } else if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>) {
    dtype.kind = 'c';
  } else {
    static_assert(std::is_integral_v<T>, "an array has elements of bool, an integer, a float, or a complex number");
    dtype.kind = std::is_signed_v<T> ? 'i' : 'u';
  }
  return dtype;
}

}  // namespace klay
