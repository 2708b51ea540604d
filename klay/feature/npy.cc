#include "klay/feature/npy.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "beam/base/cancel.h"
#include "klay/feature/npy_header.h"
#include "klay/feature/read_bytes.h"

namespace klay {

NpyArray ReadNpy(beam::ByteSource& source, const NpyLimits& limits) {
  internal::BytesReader reader(source);
  std::string head = reader.UpTo(internal::kNpyPrefixBytes);
  const internal::NpyPrefix prefix = internal::ParseNpyPrefix(head);
  // A version-1 header can be shorter than what was read to see which version it is.
  const std::size_t header_bytes = prefix.text_at + prefix.text_bytes;
  if (head.size() < header_bytes) head += reader.UpTo(header_bytes - head.size());
  if (head.size() < header_bytes) throw FeatureError("truncated: the file ends within its npy header");
  internal::NpyHeader header =
      internal::ParseNpyHeaderText(std::string_view(head).substr(prefix.text_at, prefix.text_bytes));
  const auto bytes = static_cast<std::uint64_t>(CountElements(header.shape, header.dtype.bytes) * header.dtype.bytes);
  const std::string what = "an array of shape " + ShapeText(header.shape) + " and dtype " + header.dtype.ToString();
  if (bytes > limits.max_bytes) {
    throw FeatureError(what + " has " + std::to_string(bytes) + " bytes: more than the limit of "
                       + std::to_string(limits.max_bytes));
  }
  std::string data = head.substr(header_bytes);
  data.resize(std::min<std::uint64_t>(data.size(), bytes));
  const auto missing = bytes - data.size();
  if (const auto left = reader.left(); left && *left < missing) {
    throw FeatureError("truncated: " + what + " has " + std::to_string(bytes) + " bytes, and the file ends after "
                       + std::to_string(data.size() + *left));
  }
  reader.Append(missing, data);
  if (data.size() < bytes) {
    throw FeatureError("truncated: " + what + " has " + std::to_string(bytes) + " bytes, and the file ends after "
                       + std::to_string(data.size()));
  }
  return {std::move(header.dtype), std::move(header.shape), header.fortran_order, std::move(data)};
}

void WriteNpy(beam::ByteSink& sink, const NpyArray& array) {
  const std::string header =
      internal::MakeNpyHeader({.dtype = array.dtype(), .fortran_order = array.fortran_order(), .shape = array.shape()});
  sink.Write(header.data(), header.size());
  sink.Write(array.data().data(), array.data().size());
}

void WriteNpy(beam::ByteSink& sink, const Waveform& waveform) {
  const std::string header = internal::MakeNpyHeader(
      {.dtype = DtypeOf<float>(), .fortran_order = false, .shape = {waveform.channels(), waveform.frames()}});
  sink.Write(header.data(), header.size());
  for (int c = 0; c < waveform.channels(); ++c) {
    sink.Write(waveform.channel(c).data(), waveform.channel(c).size_bytes());
  }
}

}  // namespace klay
