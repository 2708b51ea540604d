#include "beam/coder/window.h"

#include <gtest/gtest.h>

#include <set>
#include <unordered_set>

#include "beam/coder/coder.h"
#include "beam/coder/test_hex.h"
#include "beam/coder/windowed_value.h"

namespace beam {
namespace {

std::string Encoded(auto&& encode) {
  Writer out;
  encode(out);
  return Hex(out.view());
}

// The table of Beam's description of timestamps.
TEST(Timestamp, SortsAsBytes) {
  const struct {
    std::int64_t millis;
    const char* bytes;
  } cases[] = {
      {std::numeric_limits<std::int64_t>::min(), "00 00 00 00 00 00 00 00"},
      {-255, "7F FF FF FF FF FF FF 01"},
      {-1, "7F FF FF FF FF FF FF FF"},
      {0, "80 00 00 00 00 00 00 00"},
      {1, "80 00 00 00 00 00 00 01"},
      {256, "80 00 00 00 00 00 01 00"},
      {std::numeric_limits<std::int64_t>::max(), "FF FF FF FF FF FF FF FF"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Encoded([&](Writer& out) { EncodeTimestamp({c.millis}, out); }), c.bytes);
    const std::string bytes = FromHex(c.bytes);
    Reader in(bytes);
    EXPECT_EQ(DecodeTimestamp(in).millis, c.millis);
  }
}

TEST(Timestamp, HasBeamsRange) {
  EXPECT_EQ(Timestamp::Min().millis, -9223372036854775);
  EXPECT_EQ(Timestamp::Max().millis, 9223372036854775);
  EXPECT_EQ(Timestamp::EndOfGlobalWindow().millis, 9223371950454775);
}

TEST(Window, GlobalIsUnlikeAnyInterval) {
  const Window global;
  EXPECT_TRUE(global.is_global());
  EXPECT_EQ(global, Window::Global());
  EXPECT_EQ(global.start(), Timestamp::Min());
  EXPECT_EQ(global.max_timestamp(), Timestamp::EndOfGlobalWindow());
  const Window same_times(global.start(), global.end());
  EXPECT_FALSE(same_times.is_global());
  EXPECT_NE(same_times, global);
  EXPECT_EQ(sizeof(Window), 16u);
}

TEST(Window, IntervalEndsBeforeItsEnd) {
  const Window window({10}, {20});
  EXPECT_FALSE(window.is_global());
  EXPECT_EQ(window.start().millis, 10);
  EXPECT_EQ(window.end().millis, 20);
  EXPECT_EQ(window.max_timestamp().millis, 19);
}

TEST(Window, SortsInTheOrderOfClosing) {
  const std::set<Window> windows = {Window::Global(), Window({5}, {30}), Window({10}, {20}), Window({0}, {20})};
  const std::vector<Window> sorted(windows.begin(), windows.end());
  EXPECT_EQ(sorted, (std::vector<Window>{Window({0}, {20}), Window({10}, {20}), Window({5}, {30}), Window::Global()}));
  const std::unordered_set<Window> hashed(windows.begin(), windows.end());
  EXPECT_EQ(hashed.size(), 4u);
  EXPECT_TRUE(hashed.contains(Window({10}, {20})));
}

TEST(Window, IsRefusedByTheOtherCoding) {
  Writer out;
  EXPECT_THROW(EncodeWindow(Window::Global(), WindowCoding::kInterval, out), Error);
  EXPECT_THROW(EncodeWindow(Window({1}, {2}), WindowCoding::kGlobal, out), Error);
  EXPECT_EQ(out.size(), 0u);
}

TEST(Window, MalformedIntervalsThrow) {
  // A length that reaches back beyond the beginning of 64-bit time, and one that hits the mark of the global window.
  for (const char* hex : {"00 00 00 00 00 00 00 05 0A", "00 00 00 00 00 00 00 05 05", "80 00 00 00 00 00 00 14"}) {
    const std::string bytes = FromHex(hex);
    Reader in(bytes);
    EXPECT_THROW(DecodeWindow(WindowCoding::kInterval, in), Error) << hex;
  }
}

TEST(Pane, AllForms) {
  const struct {
    PaneInfo pane;
    const char* bytes;
  } cases[] = {
      {{}, "0F"},
      {{0, 0, PaneTiming::kOnTime, true, true}, "07"},
      {{0, 0, PaneTiming::kEarly, true, false}, "01"},
      {{1, 1, PaneTiming::kOnTime, false, false}, "14 01"},
      {{300, -1, PaneTiming::kEarly, false, false}, "10 AC 02"},
      {{0, -1, PaneTiming::kEarly, true, false}, "11 00"},
      {{30, 40, PaneTiming::kOnTime, false, true}, "26 1E 28"},
      {{5, 2, PaneTiming::kLate, false, true}, "2A 05 02"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Encoded([&](Writer& out) { EncodePane(c.pane, out); }), c.bytes);
    const std::string bytes = FromHex(c.bytes);
    Reader in(bytes);
    EXPECT_EQ(DecodePane(in), c.pane) << c.bytes;
    EXPECT_TRUE(in.empty());
  }
  const std::string unknown = FromHex("30");
  Reader in(unknown);
  EXPECT_THROW(DecodePane(in), Error);
}

std::vector<WindowedValue<std::string>> DecodeAll(const std::string& bytes, WindowCoding coding) {
  Reader in(bytes);
  std::vector<WindowedValue<std::string>> elements;
  DecodeWindowed<std::string>(
      coding, in, [&](std::string&& value, const ElementMeta& meta) { elements.push_back({std::move(value), meta}); });
  EXPECT_TRUE(in.empty());
  return elements;
}

TEST(WindowedValues, OneWindowGivesOneElement) {
  const ElementMeta meta{{1000}, Window({10}, {20}), {3, 3, PaneTiming::kLate, false, false}};
  Writer out;
  EncodeWindowed<std::string>("ab", meta, WindowCoding::kInterval, out);
  EXPECT_EQ(Hex(out.view()), "80 00 00 00 00 00 03 E8 00 00 00 01 80 00 00 00 00 00 00 14 0A 18 03 02 61 62");
  const auto elements = DecodeAll(std::string(out.view()), WindowCoding::kInterval);
  ASSERT_EQ(elements.size(), 1u);
  EXPECT_EQ(elements[0], (WindowedValue<std::string>{"ab", meta}));
}

TEST(WindowedValues, SeveralWindowsGiveAnElementForEach) {
  const WindowedHeader header{{5}, {}, {Window({0}, {10}), Window({5}, {15}), Window({0}, {20})}};
  Writer out;
  EncodeWindowedHeader(header, WindowCoding::kInterval, out);
  Coder<std::string>::Encode("x", out);
  const auto elements = DecodeAll(std::string(out.view()), WindowCoding::kInterval);
  ASSERT_EQ(elements.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(elements[i].value, "x");
    EXPECT_EQ(elements[i].meta.timestamp.millis, 5);
    EXPECT_EQ(elements[i].meta.window, header.windows[i]);
  }
}

TEST(WindowedValues, NoWindowGivesNoElement) {
  const std::string bytes = FromHex("80 00 00 00 00 00 00 05 00 00 00 00 0F 01 78");
  EXPECT_TRUE(DecodeAll(bytes, WindowCoding::kGlobal).empty());
}

// Windows of unknown number are legitimate for an iterable, if unusual; billions of empty ones are not.
TEST(WindowedValues, CountsThatCannotBeTrueThrow) {
  EXPECT_EQ(DecodeAll(FromHex("80 00 00 00 00 00 00 05 FF FF FF FF 01 00 0F 01 78"), WindowCoding::kGlobal).size(), 1u);
  EXPECT_THROW(DecodeAll(FromHex("80 00 00 00 00 00 00 05 7F FF FF FF 0F 01 78"), WindowCoding::kGlobal), Error);
  EXPECT_THROW(DecodeAll(FromHex("80 00 00 00 00 00 00 05 00 01 00 00 0F 01"), WindowCoding::kInterval), Error);
}

}  // namespace
}  // namespace beam
