#include "beam/coder/windowed_value.h"

namespace beam {

void EncodeWindowedHeader(const WindowedHeader& header, WindowCoding coding, Writer& out) {
  EncodeTimestamp(header.timestamp, out);
  internal::WriteCount(header.windows.size(), out);
  for (const Window& window : header.windows) EncodeWindow(window, coding, out);
  EncodePane(header.pane, out);
}

WindowedHeader DecodeWindowedHeader(WindowCoding coding, Reader& in) {
  WindowedHeader header;
  header.timestamp = DecodeTimestamp(in);
  internal::ReadIterable(
      in, [&](std::size_t count) { header.windows.reserve(count); },
      [&] { header.windows.push_back(DecodeWindow(coding, in)); });
  header.pane = DecodePane(in);
  return header;
}

void EncodeMeta(const ElementMeta& meta, WindowCoding coding, Writer& out) {
  EncodeTimestamp(meta.timestamp, out);
  internal::WriteCount(1, out);
  EncodeWindow(meta.window, coding, out);
  EncodePane(meta.pane, out);
}

bool internal::TryDecodeMeta(WindowCoding coding, Reader& in, ElementMeta& meta) {
  meta.timestamp = DecodeTimestamp(in);
  if (in.BigEndian<std::uint32_t>() != 1) return false;
  meta.window = DecodeWindow(coding, in);
  meta.pane = DecodePane(in);
  return true;
}

std::string EncodeWindowedPayload(const WindowedHeader& header, WindowCoding coding) {
  Writer out;
  EncodeWindowedHeader(header, coding, out);
  internal::WriteBytes({}, out, Context::kNested);
  return out.Take();
}

WindowedHeader DecodeWindowedPayload(std::string_view payload, WindowCoding coding) {
  Reader in(payload);
  return DecodeWindowedHeader(coding, in);
}

CoderSpec WindowedValueSpec(const CoderSpec& element, WindowCoding coding) {
  return {.urn = "beam:coder:windowed_value:v1", .components = {element, WindowCoderSpec(coding)}};
}

}  // namespace beam
