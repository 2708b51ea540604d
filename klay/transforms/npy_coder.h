// How an NpyArray travels between steps: as the .npy file that it would be written as, with its dtype, its order and
// its bytes as they are. (A header tells how much follows it, so that arrays can stand one behind the other.) In
// Python, numpy.load(io.BytesIO(value)) reads such a field.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "beam/coder/coder.h"
#include "klay/feature/npy_array.h"
#include "klay/feature/npy_header.h"

namespace beam {

template <>
struct Coder<klay::NpyArray> {
  static void Encode(const klay::NpyArray& array, Writer& out, Context = Context::kNested) {
    out.Raw(klay::internal::MakeNpyHeader(
        {.dtype = array.dtype(), .fortran_order = array.fortran_order(), .shape = array.shape()}));
    out.Raw(array.data());
  }

  static klay::NpyArray Decode(Reader& in, Context = Context::kNested) {
    constexpr std::size_t kVersion1Prefix = 10;  // of two bytes less than those of later versions
    constexpr std::size_t kVersionAt = 6;
    std::string prefix_bytes(in.Raw(kVersion1Prefix));
    if (prefix_bytes[kVersionAt] != 1) prefix_bytes += in.Raw(klay::internal::kNpyPrefixBytes - kVersion1Prefix);
    const klay::internal::NpyPrefix prefix = klay::internal::ParseNpyPrefix(prefix_bytes);
    klay::internal::NpyHeader header = klay::internal::ParseNpyHeaderText(in.Raw(prefix.text_bytes));
    const std::int64_t elements = klay::CountElements(header.shape, header.dtype.bytes);
    // Nothing is allocated before it is known that the bytes are there.
    const std::string_view data = in.Raw(static_cast<std::uint64_t>(elements * header.dtype.bytes));
    return {std::move(header.dtype), std::move(header.shape), header.fortran_order, std::string(data)};
  }

  static std::size_t ByteSize(const klay::NpyArray& array) {
    constexpr std::size_t kUsualHeader = 128;
    return kUsualHeader + array.data().size();
  }

  static CoderSpec Spec() { return CustomCoderSpec<klay::NpyArray>(); }
};

}  // namespace beam
