// When an element happened and in which window it is: Timestamp, Window, PaneInfo, ElementMeta, and their byte formats.
//
// All are plain values. Times are milliseconds since 1970 in UTC, as on Beam's wire.
//
//   timestamp        8 bytes, big-endian, sign bit flipped so that bytes sort as times do   1000  80 00 00 00 00 00 03
//   E8 global_window    no bytes interval_window  the end as a timestamp, then VarInt its length in milliseconds [10,
//   20) ms
//                                                                               80 00 00 00 00 00 00 14 0A
//   pane             one byte: bits 0-1 first and last, bits 2-3 the timing, bits 4-7 what follows (0 nothing, 1 VarInt
//                    index, 2 VarInt index and on-time index)                   no firing: 0F
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "beam/base/bytes.h"
#include "beam/coder/codable.h"
#include "beam/coder/field_coders.h"
#include "beam/coder/formats.h"

namespace beam {

struct Timestamp {
  std::int64_t millis = 0;

  // The range of Beam's event times: what fits in 64-bit microseconds.
  static constexpr Timestamp Min() { return {-9223372036854775}; }
  static constexpr Timestamp Max() { return {9223372036854775}; }
  // The last moment of the global window: a day before Max(), so that something can happen after it.
  static constexpr Timestamp EndOfGlobalWindow() { return {Max().millis - 24 * 60 * 60 * 1000}; }

  constexpr auto operator<=>(const Timestamp&) const = default;
};

// The global window, or the interval [start, end).
class Window {
 public:
  constexpr Window() = default;  // the global window
  constexpr Window(Timestamp start, Timestamp end) : start_(start), end_(end) {}
  static constexpr Window Global() { return {}; }

  constexpr bool is_global() const { return start_.millis == kGlobalMark; }
  constexpr Timestamp start() const { return is_global() ? Timestamp::Min() : start_; }
  constexpr Timestamp end() const { return end_; }

  // The last moment that belongs to the window, which is the timestamp of what is aggregated over it.
  constexpr Timestamp max_timestamp() const { return is_global() ? end_ : Timestamp{end_.millis - 1}; }

  // By end, then by start: the order in which windows close.
  constexpr std::strong_ordering operator<=>(const Window& other) const {
    const auto by_end = end_ <=> other.end_;
    return by_end != 0 ? by_end : start_ <=> other.start_;
  }
  constexpr bool operator==(const Window&) const = default;

 private:
  // Outside of Beam's range of time, so no interval is mistaken for the global window.
  static constexpr std::int64_t kGlobalMark = std::numeric_limits<std::int64_t>::min();

  Timestamp start_ = {kGlobalMark};
  Timestamp end_ = Timestamp::EndOfGlobalWindow();
};

enum class PaneTiming : std::uint8_t { kEarly = 0, kOnTime = 1, kLate = 2, kUnknown = 3 };

// Which firing of its window's trigger an element comes from. The default is "no firing": not out of a grouping.
struct PaneInfo {
  std::int64_t index = 0;
  std::int64_t on_time_index = 0;  // counts on-time and late panes; -1 where the pane is early
  PaneTiming timing = PaneTiming::kUnknown;
  bool is_first = true;
  bool is_last = true;

  bool operator==(const PaneInfo&) const = default;
};

// What accompanies an element.
struct ElementMeta {
  Timestamp timestamp = Timestamp::Min();
  Window window = {};
  PaneInfo pane = {};

  bool operator==(const ElementMeta&) const = default;
};

template <class T>
struct WindowedValue {
  T value;
  ElementMeta meta = {};

  bool operator==(const WindowedValue&) const = default;
};

// Which of Beam's two window coders a PCollection's windows travel with.
enum class WindowCoding { kGlobal, kInterval };

CoderSpec WindowCoderSpec(WindowCoding coding);

inline void EncodeTimestamp(Timestamp timestamp, Writer& out) { internal::WriteMillis(timestamp.millis, out); }
inline Timestamp DecodeTimestamp(Reader& in) { return {internal::ReadMillis(in)}; }

// Encoding throws Error if the window is not of that kind.
void EncodeWindow(const Window& window, WindowCoding coding, Writer& out);
Window DecodeWindow(WindowCoding coding, Reader& in);

void EncodePane(const PaneInfo& pane, Writer& out);
PaneInfo DecodePane(Reader& in);

// As an element, a timestamp has no standard coder; as a field of a row it is Beam's millis_instant.
template <>
struct Coder<Timestamp> {
  static void Encode(Timestamp value, Writer& out, Context = Context::kNested) { EncodeTimestamp(value, out); }
  static Timestamp Decode(Reader& in, Context = Context::kNested) { return DecodeTimestamp(in); }
  static std::size_t ByteSize(Timestamp) { return 8; }
  static CoderSpec Spec() { return CustomCoderSpec<Timestamp>(); }
};

template <>
struct internal::FieldCoder<Timestamp> : Coder<Timestamp> {
  static constexpr bool kCodable = true;
  static FieldType Type() {
    return {.kind = FieldType::Kind::kLogical,
            .components = {internal::Atomic(AtomicType::kInt64)},
            .logical_urn = "beam:logical_type:millis_instant:v1"};
  }
};

}  // namespace beam

template <>
struct std::hash<beam::Timestamp> {
  std::size_t operator()(const beam::Timestamp& timestamp) const noexcept {
    return std::hash<std::int64_t>()(timestamp.millis);
  }
};

template <>
struct std::hash<beam::Window> {
  std::size_t operator()(const beam::Window& window) const noexcept {
    // The golden ratio in 64 bits keeps windows of equal length apart from each other's start and end.
    return static_cast<std::size_t>(static_cast<std::uint64_t>(window.start().millis) * 0x9E3779B97F4A7C15
                                    ^ static_cast<std::uint64_t>(window.end().millis));
  }
};
