#include "beam/coder/engine_coders.h"

namespace beam {

void EncodeTimerInfo(const TimerInfo& timer, WindowCoding coding, Writer& out) {
  internal::WriteBytes(timer.tag, out, Context::kNested);
  internal::WriteCount(timer.windows.size(), out);
  for (const Window& window : timer.windows) EncodeWindow(window, coding, out);
  internal::WriteBool(timer.clear, out);
  if (timer.clear) return;
  EncodeTimestamp(timer.fire, out);
  EncodeTimestamp(timer.hold, out);
  EncodePane(timer.pane, out);
}

TimerInfo DecodeTimerInfo(WindowCoding coding, Reader& in) {
  TimerInfo timer;
  timer.tag = internal::ReadBytes(in, Context::kNested);
  internal::ReadIterable(in, [](std::size_t) {}, [&] { timer.windows.push_back(DecodeWindow(coding, in)); });
  timer.clear = internal::ReadBool(in);
  if (timer.clear) return timer;
  timer.fire = DecodeTimestamp(in);
  timer.hold = DecodeTimestamp(in);
  timer.pane = DecodePane(in);
  return timer;
}

}  // namespace beam
