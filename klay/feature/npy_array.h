// NpyArray: an array as a .npy file holds it: elements of one dtype in C order (the last index runs fastest) or Fortran
// order (the first does). The bytes stay as they were in the file; Values() gives them in this machine's byte order and
// in C order.
//
// Cheap to move. Thread-compatible.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "klay/feature/dtype.h"

namespace klay {

class NpyArray {
 public:
  NpyArray() = default;
  // `data` has as many bytes as shape and dtype say; throws FeatureError otherwise, and for sizes beyond 2^63.
  NpyArray(Dtype dtype, std::vector<std::int64_t> shape, bool fortran_order, std::string data);

  // An array in C order from values of the machine.
  template <class T>
  static NpyArray Of(std::vector<std::int64_t> shape, std::span<const T> values) {
    return {DtypeOf<T>(), std::move(shape), false,
            std::string(reinterpret_cast<const char*>(values.data()), values.size_bytes())};
  }

  const Dtype& dtype() const { return dtype_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }  // empty: a single value
  bool fortran_order() const { return fortran_order_; }
  std::int64_t size() const { return size_; }  // elements
  const std::string& data() const { return data_; }

  // All elements in C order. Throws FeatureError if the dtype is another than T's (the byte order aside). Not for bool,
  // of which std::vector makes bits: ask for std::uint8_t.
  template <class T>
  std::vector<T> Values() const {
    static_assert(!std::is_same_v<T, bool>, "ask for std::uint8_t: a bool takes a byte of the file");
    CheckDtype(DtypeOf<T>());
    std::vector<T> values(static_cast<std::size_t>(size_));
    CopyInOrder(reinterpret_cast<char*>(values.data()));
    return values;
  }

  // All elements in C order as float, from any integer, bool or float of 2, 4 or 8 bytes. Throws FeatureError for other
  // dtypes.
  std::vector<float> ToFloats() const;
  std::vector<double> ToDoubles() const;

 private:
  void CheckDtype(const Dtype& wanted) const;
  void CopyInOrder(char* out) const;
  template <class Out>
  std::vector<Out> Convert() const;

  Dtype dtype_;
  std::vector<std::int64_t> shape_ = {0};
  bool fortran_order_ = false;
  std::int64_t size_ = 0;
  std::string data_;
};

// The number of elements of a shape. Throws FeatureError for negative dimensions, and if elements of `element_bytes`
// would make more than 2^62 bytes.
std::int64_t CountElements(const std::vector<std::int64_t>& shape, std::int64_t element_bytes);

// "(2, 3)", "(5,)", "()".
std::string ShapeText(const std::vector<std::int64_t>& shape);

}  // namespace klay
