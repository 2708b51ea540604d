#include "beam/coder/dynamic_format.h"
#include "beam/coder/windowed_value.h"

namespace beam::internal {
namespace {

constexpr std::string_view kTimings[] = {"EARLY", "ON_TIME", "LATE", "UNKNOWN"};

Value Integer64(std::int64_t value) { return {value}; }

Value FromPane(const PaneInfo& pane) {
  return {Value::Row{{"is_first", {pane.is_first}},
                     {"is_last", {pane.is_last}},
                     {"timing", {std::string(kTimings[static_cast<int>(pane.timing)])}},
                     {"index", Integer64(pane.index)},
                     {"on_time_index", Integer64(pane.on_time_index)}}};
}

PaneInfo ToPane(const Value& value) {
  PaneInfo pane;
  pane.is_first = value.At("is_first").Get<bool>();
  pane.is_last = value.At("is_last").Get<bool>();
  pane.index = value.At("index").Get<std::int64_t>();
  pane.on_time_index = value.At("on_time_index").Get<std::int64_t>();
  const auto& timing = value.At("timing").Get<std::string>();
  for (int i = 0; i < 4; ++i) {
    if (kTimings[i] != timing) continue;
    pane.timing = static_cast<PaneTiming>(i);
    return pane;
  }
  throw Error("no timing of a pane is called " + timing);
}

Value FromWindow(const Window& window) {
  return {Value::Row{{"end", Integer64(window.end().millis)},
                     {"span", Integer64(window.end().millis - window.start().millis)}}};
}

Window ToWindow(const Value& value) {
  const std::int64_t end = value.At("end").Get<std::int64_t>();
  return Window({end - value.At("span").Get<std::int64_t>()}, {end});
}

// What a windowed value has besides its element.
struct Windowing {
  Value timestamp;
  Value windows;
  Value pane;
};

Windowing DecodeWindowing(const DynamicFormat& windows, Reader& in) {
  Windowing windowing;
  windowing.timestamp = Integer64(ReadMillis(in));
  windowing.windows = windows.Decode(in, Context::kNested);
  windowing.pane = FromPane(DecodePane(in));
  return windowing;
}

Value ToWindowedValue(Value element, const Windowing& windowing) {
  return {Value::Row{{"value", std::move(element)},
                     {"timestamp", windowing.timestamp},
                     {"pane", windowing.pane},
                     {"windows", windowing.windows}}};
}

}  // namespace

FormatPtr GlobalWindowFormat() {
  return MakeValueFormat([](const Value& value, Writer&, Context) { value.Get<Value::Row>(); },
                         [](Reader&, Context) { return Value{Value::Row{}}; });
}

FormatPtr IntervalWindowFormat() {
  return MakeValueFormat(
      [](const Value& value, Writer& out, Context) { EncodeWindow(ToWindow(value), WindowCoding::kInterval, out); },
      [](Reader& in, Context) { return FromWindow(DecodeWindow(WindowCoding::kInterval, in)); });
}

FormatPtr CustomWindowFormat(const FormatPtr& window) {
  return MakeValueFormat(
      [=](const Value& value, Writer& out, Context context) {
        WriteMillis(value.At("maxTimestamp").Get<std::int64_t>(), out);
        window->Encode(value.At("window"), out, context);
      },
      [=](Reader& in, Context context) {
        Value max_timestamp = Integer64(ReadMillis(in));
        return Value{Value::Row{{"maxTimestamp", std::move(max_timestamp)}, {"window", window->Decode(in, context)}}};
      });
}

FormatPtr WindowedValueFormat(const FormatPtr& element, const FormatPtr& window) {
  const FormatPtr windows = IterableFormat(window, {});
  return MakeValueFormat(
      [=](const Value& value, Writer& out, Context context) {
        WriteMillis(value.At("timestamp").Get<std::int64_t>(), out);
        windows->Encode(value.At("windows"), out, Context::kNested);
        EncodePane(ToPane(value.At("pane")), out);
        element->Encode(value.At("value"), out, context);
      },
      [=](Reader& in, Context context) {
        const Windowing windowing = DecodeWindowing(*windows, in);
        return ToWindowedValue(element->Decode(in, context), windowing);
      });
}

FormatPtr ParamWindowedValueFormat(const FormatPtr& element, const FormatPtr& window, const std::string& payload) {
  Reader in(payload);
  const Windowing windowing = DecodeWindowing(*IterableFormat(window, {}), in);
  return MakeValueFormat(
      [=](const Value& value, Writer& out, Context context) { element->Encode(value.At("value"), out, context); },
      [=](Reader& bytes, Context context) { return ToWindowedValue(element->Decode(bytes, context), windowing); });
}

FormatPtr TimerFormat(const FormatPtr& key, const FormatPtr& window) {
  const FormatPtr windows = IterableFormat(window, {});
  return MakeValueFormat(
      [=](const Value& timer, Writer& out, Context) {
        key->Encode(timer.At("userKey"), out, Context::kNested);
        WriteBytes(timer.At("dynamicTimerTag").Get<std::string>(), out, Context::kNested);
        windows->Encode(timer.At("windows"), out, Context::kNested);
        const bool clear = timer.At("clearBit").Get<bool>();
        WriteBool(clear, out);
        if (clear) return;
        WriteMillis(timer.At("fireTimestamp").Get<std::int64_t>(), out);
        WriteMillis(timer.At("holdTimestamp").Get<std::int64_t>(), out);
        EncodePane(ToPane(timer.At("pane")), out);
      },
      [=](Reader& in, Context) {
        Value::Row timer;
        timer.push_back({"userKey", key->Decode(in, Context::kNested)});
        timer.push_back({"dynamicTimerTag", Value{std::string(ReadBytes(in, Context::kNested))}});
        timer.push_back({"windows", windows->Decode(in, Context::kNested)});
        const bool clear = ReadBool(in);
        timer.push_back({"clearBit", Value{clear}});
        if (!clear) {
          timer.push_back({"fireTimestamp", Integer64(ReadMillis(in))});
          timer.push_back({"holdTimestamp", Integer64(ReadMillis(in))});
          timer.push_back({"pane", FromPane(DecodePane(in))});
        }
        return Value{std::move(timer)};
      });
}

}  // namespace beam::internal
