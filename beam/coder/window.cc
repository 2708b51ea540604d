#include "beam/coder/window.h"

namespace beam {
namespace {

// What follows the first byte of a pane.
enum PaneForm : std::uint8_t { kNoIndex = 0, kOneIndex = 1, kTwoIndices = 2 };

PaneForm FormOf(const PaneInfo& pane) {
  if (pane.timing == PaneTiming::kUnknown || (pane.index == 0 && pane.on_time_index == 0)) return kNoIndex;
  // The second index can be told from the first.
  if (pane.index == pane.on_time_index || pane.timing == PaneTiming::kEarly) return kOneIndex;
  return kTwoIndices;
}

}  // namespace

CoderSpec WindowCoderSpec(WindowCoding coding) {
  return {.urn = coding == WindowCoding::kGlobal ? "beam:coder:global_window:v1" : "beam:coder:interval_window:v1"};
}

void EncodeWindow(const Window& window, WindowCoding coding, Writer& out) {
  if (window.is_global() != (coding == WindowCoding::kGlobal)) {
    throw Error(window.is_global() ? "the global window cannot be encoded as an interval"
                                   : "an interval window cannot be encoded as the global window");
  }
  if (coding == WindowCoding::kGlobal) return;
  EncodeTimestamp(window.end(), out);
  out.VarInt(static_cast<std::uint64_t>(window.end().millis) - static_cast<std::uint64_t>(window.start().millis));
}

Window DecodeWindow(WindowCoding coding, Reader& in) {
  if (coding == WindowCoding::kGlobal) return Window::Global();
  const Timestamp end = DecodeTimestamp(in);
  const std::uint64_t span = in.VarInt();
  const auto start = static_cast<std::int64_t>(static_cast<std::uint64_t>(end.millis) - span);
  if (start > end.millis || Window({start}, end).is_global()) {
    throw Error("malformed bytes: an interval window begins outside of time");
  }
  return Window({start}, end);
}

void EncodePane(const PaneInfo& pane, Writer& out) {
  const PaneForm form = FormOf(pane);
  out.Byte(static_cast<std::uint8_t>(
      (pane.is_first ? 1 : 0) | (pane.is_last ? 2 : 0) | static_cast<int>(pane.timing) << 2 | form << 4));
  if (form != kNoIndex) out.VarInt(static_cast<std::uint64_t>(pane.index));
  if (form == kTwoIndices) out.VarInt(static_cast<std::uint64_t>(pane.on_time_index));
}

PaneInfo DecodePane(Reader& in) {
  const std::uint8_t byte = in.Byte();
  PaneInfo pane;
  pane.is_first = (byte & 1) != 0;
  pane.is_last = (byte & 2) != 0;
  pane.timing = static_cast<PaneTiming>(byte >> 2 & 3);
  switch (byte >> 4) {
    case kNoIndex: break;
    case kOneIndex:
      pane.index = static_cast<std::int64_t>(in.VarInt());
      pane.on_time_index = pane.timing == PaneTiming::kEarly ? -1 : pane.index;
      break;
    case kTwoIndices:
      pane.index = static_cast<std::int64_t>(in.VarInt());
      pane.on_time_index = static_cast<std::int64_t>(in.VarInt());
      break;
    default: throw Error("malformed bytes: an unknown form of pane");
  }
  return pane;
}

}  // namespace beam
