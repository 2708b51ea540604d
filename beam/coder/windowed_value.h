// Elements with their timestamp, windows and pane on the wire: beam:coder:windowed_value:v1 and
// param_windowed_value:v1.
//
//   windowed_value        timestamp, windows as an iterable, pane, then the element in the context of the whole
//     2 at 1454293425000 ms in the global window:  80 00 01 52 9A A4 9B 68  00 00 00 01  0F  02
//   param_windowed_value  the element alone; the rest is the same for all and stands in the coder's payload, which is a
//                         windowed_value of empty bytes
//
// On the wire an element may be in several windows at once; here it is in exactly one, so decoding gives one element
// for each window named. An element in no window is dropped, as Beam does.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beam/coder/window.h"

namespace beam {

// What precedes an element. The windows share the timestamp and the pane.
struct WindowedHeader {
  Timestamp timestamp;
  PaneInfo pane;
  std::vector<Window> windows;
};

void EncodeWindowedHeader(const WindowedHeader& header, WindowCoding coding, Writer& out);
WindowedHeader DecodeWindowedHeader(WindowCoding coding, Reader& in);

// The same for the usual case of one window, without allocating.
void EncodeMeta(const ElementMeta& meta, WindowCoding coding, Writer& out);

template <class T>
void EncodeWindowed(const T& value, const ElementMeta& meta, WindowCoding coding, Writer& out,
                    Context context = Context::kNested) {
  EncodeMeta(meta, coding, out);
  Coder<T>::Encode(value, out, context);
}

namespace internal {

// Reads the header of an element in exactly one window. Returns false, with `in` somewhere behind, if there are more or
// none.
bool TryDecodeMeta(WindowCoding coding, Reader& in, ElementMeta& meta);

// Calls `fn(T&&, meta)` for each window; all but the last get a copy.
template <class T, class Fn>
void ForEachWindow(const WindowedHeader& header, T value, Fn&& fn) {
  if (header.windows.empty()) return;
  for (std::size_t i = 0; i + 1 < header.windows.size(); ++i) {
    fn(T(value), ElementMeta{header.timestamp, header.windows[i], header.pane});
  }
  fn(std::move(value), ElementMeta{header.timestamp, header.windows.back(), header.pane});
}

}  // namespace internal

// Reads one windowed value and calls `fn(T&& value, const ElementMeta& meta)` once for each of its windows.
template <class T, class Fn>
void DecodeWindowed(WindowCoding coding, Reader& in, Fn&& fn, Context context = Context::kNested) {
  const Reader start = in;
  ElementMeta meta;
  if (internal::TryDecodeMeta(coding, in, meta)) {
    fn(Coder<T>::Decode(in, context), std::as_const(meta));
    return;
  }
  in = start;
  const WindowedHeader header = DecodeWindowedHeader(coding, in);
  internal::ForEachWindow(header, Coder<T>::Decode(in, context), fn);
}

// The payload of a param_windowed_value coder, and back.
std::string EncodeWindowedPayload(const WindowedHeader& header, WindowCoding coding);
WindowedHeader DecodeWindowedPayload(std::string_view payload, WindowCoding coding);

// Reads an element of a param_windowed_value coder with that payload.
template <class T, class Fn>
void DecodeParamWindowed(const WindowedHeader& header, Reader& in, Fn&& fn, Context context = Context::kNested) {
  internal::ForEachWindow(header, Coder<T>::Decode(in, context), fn);
}

// The spec of windowed values of elements that are encoded as `element` says.
CoderSpec WindowedValueSpec(const CoderSpec& element, WindowCoding coding);

}  // namespace beam
