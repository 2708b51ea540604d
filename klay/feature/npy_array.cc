#include "klay/feature/npy_array.h"

#include <algorithm>
#include <bit>

#include "klay/feature/feature_error.h"

namespace klay {
namespace {

// From Fortran to C order: reads with a large step and writes in order, a tile of both ends at a time, so that each
// cache line that is read is used up while it is there.
template <std::size_t kBytes>
void Transpose(const char* in, std::int64_t rows, std::int64_t columns, char* out) {
  constexpr std::int64_t kTile = 32;
  for (std::int64_t row = 0; row < rows; row += kTile) {
    const std::int64_t row_end = std::min(rows, row + kTile);
    for (std::int64_t column = 0; column < columns; column += kTile) {
      const std::int64_t column_end = std::min(columns, column + kTile);
      for (std::int64_t r = row; r < row_end; ++r) {
        for (std::int64_t c = column; c < column_end; ++c) {
          std::memcpy(out + static_cast<std::size_t>(r * columns + c) * kBytes,
                      in + static_cast<std::size_t>(c * rows + r) * kBytes, kBytes);
        }
      }
    }
  }
}

// Any number of dimensions, any size of element.
void Reorder(const char* in, const std::vector<std::int64_t>& shape, std::size_t bytes, char* out) {
  const std::size_t dimensions = shape.size();
  std::vector<std::int64_t> steps(dimensions);  // in the Fortran array, in elements
  std::int64_t total = 1;
  for (std::size_t d = 0; d < dimensions; ++d) {
    steps[d] = total;
    total *= shape[d];
  }
  std::vector<std::int64_t> index(dimensions);
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < total; ++i) {
    std::memcpy(out + static_cast<std::size_t>(i) * bytes, in + static_cast<std::size_t>(at) * bytes, bytes);
    for (std::size_t d = dimensions; d-- > 0;) {
      at += steps[d];
      if (++index[d] < shape[d]) break;
      at -= steps[d] * shape[d];
      index[d] = 0;
    }
  }
}

template <std::size_t kBytes>
void SwapBytes(char* data, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) std::reverse(data + i * kBytes, data + (i + 1) * kBytes);
}

void SwapAll(char* data, std::size_t bytes, std::size_t unit) {
  switch (unit) {
    case 1: return;
    case 2: return SwapBytes<2>(data, bytes / 2);
    case 4: return SwapBytes<4>(data, bytes / 4);
    case 8: return SwapBytes<8>(data, bytes / 8);
    default:
      for (std::size_t at = 0; at + unit <= bytes; at += unit) std::reverse(data + at, data + at + unit);
  }
}

// IEEE 754 binary16.
float HalfToFloat(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half} >> 15 << 31;
  const std::uint32_t magnitude = half & 0x7FFFU;
  // A float whose exponent is as much too small as the biases differ; the multiplication mends it, subnormals included.
  const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112F;
  const bool is_infinite_or_nan = magnitude >= 0x7C00;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(scaled) | (is_infinite_or_nan ? 0x7F800000U : 0);
  return std::bit_cast<float>(bits | sign);
}

}  // namespace

std::int64_t CountElements(const std::vector<std::int64_t>& shape, std::int64_t element_bytes) {
  constexpr std::int64_t kMostBytes = std::int64_t{1} << 62;
  bool empty = false;
  std::int64_t bytes = std::max<std::int64_t>(element_bytes, 1);
  std::int64_t count = 1;
  for (const std::int64_t length : shape) {
    if (length < 0) throw FeatureError("the shape " + ShapeText(shape) + " has a negative dimension");
    empty = empty || length == 0;
    const std::int64_t factor = std::max<std::int64_t>(length, 1);
    if (bytes > kMostBytes / factor) throw FeatureError("the shape " + ShapeText(shape) + " is beyond all memory");
    bytes *= factor;
    count *= factor;
  }
  return empty ? 0 : count;
}

std::string ShapeText(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

NpyArray::NpyArray(Dtype dtype, std::vector<std::int64_t> shape, bool fortran_order, std::string data)
    : dtype_(std::move(dtype)),
      shape_(std::move(shape)),
      fortran_order_(fortran_order),
      size_(CountElements(shape_, dtype_.bytes)),
      data_(std::move(data)) {
  if (data_.size() != static_cast<std::uint64_t>(size_ * dtype_.bytes)) {
    throw FeatureError("an array of shape " + ShapeText(shape_) + " and dtype " + dtype_.ToString() + " has "
                       + std::to_string(size_ * dtype_.bytes) + " bytes, not " + std::to_string(data_.size()));
  }
}

void NpyArray::CheckDtype(const Dtype& wanted) const {
  const bool byte_for_bool = wanted.kind == 'u' && wanted.bytes == 1 && dtype_.kind == 'b';
  if ((dtype_.kind == wanted.kind && dtype_.bytes == wanted.bytes) || byte_for_bool) return;
  throw FeatureError("the array is of dtype " + dtype_.ToString() + ", and " + wanted.ToString() + " is expected");
}

void NpyArray::CopyInOrder(char* out) const {
  if (size_ == 0) return;
  const auto bytes = static_cast<std::size_t>(dtype_.bytes);
  const auto dimensions = std::ranges::count_if(shape_, [](std::int64_t length) { return length > 1; });
  if (!fortran_order_ || dimensions < 2) {
    std::memcpy(out, data_.data(), data_.size());
  } else if (shape_.size() == 2 && bytes == 4) {
    Transpose<4>(data_.data(), shape_[0], shape_[1], out);
  } else if (shape_.size() == 2 && bytes == 8) {
    Transpose<8>(data_.data(), shape_[0], shape_[1], out);
  } else {
    Reorder(data_.data(), shape_, bytes, out);
  }
  if (dtype_.big_endian != (std::endian::native == std::endian::big)) {
    SwapAll(out, data_.size(), static_cast<std::size_t>(dtype_.swapped_unit_bytes()));
  }
}

template <class Out>
std::vector<Out> NpyArray::Convert() const {
  std::string bytes(data_.size(), '\0');
  CopyInOrder(bytes.data());
  std::vector<Out> values(static_cast<std::size_t>(size_));
  const auto convert = [&]<class From>(From /*type*/) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      From from;
      std::memcpy(&from, bytes.data() + i * sizeof(From), sizeof(From));
      values[i] = static_cast<Out>(from);
    }
  };
  const std::string what = std::string(1, dtype_.kind) + std::to_string(dtype_.bytes);
  if (what == "f4") {
    convert(float{});
  } else if (what == "f8") {
    convert(double{});
  } else if (what == "f2") {
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::uint16_t half = 0;
      std::memcpy(&half, bytes.data() + i * sizeof half, sizeof half);
      values[i] = HalfToFloat(half);
    }
  } else if (what == "i1") {
    convert(std::int8_t{});
  } else if (what == "i2") {
    convert(std::int16_t{});
  } else if (what == "i4") {
    convert(std::int32_t{});
  } else if (what == "i8") {
    convert(std::int64_t{});
  } else if (what == "u1" || what == "b1") {
    convert(std::uint8_t{});
  } else if (what == "u2") {
    convert(std::uint16_t{});
  } else if (what == "u4") {
    convert(std::uint32_t{});
  } else if (what == "u8") {
    convert(std::uint64_t{});
  } else {
    throw FeatureError("the array is of dtype " + dtype_.ToString() + ", which is no number that a float can hold");
  }
  return values;
}

std::vector<float> NpyArray::ToFloats() const { return Convert<float>(); }
std::vector<double> NpyArray::ToDoubles() const { return Convert<double>(); }

}  // namespace klay
