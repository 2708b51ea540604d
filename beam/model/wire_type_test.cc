// Elements to an engine and back: what is written, byte for byte, and what is read of it.
#include "beam/model/wire_type.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "beam/coder/test_hex.h"
#include "beam/model/element_type.h"

namespace wire_type_test {

using namespace beam;  // NOLINT(google-build-using-namespace)

struct Track {
  std::string name;
  int seconds = 0;
  bool operator==(const Track&) const = default;
};

class BufferSink final : public WireSink {
 public:
  explicit BufferSink(WindowCoding windows, std::size_t flush_bytes = 1 << 20) : WireSink(windows, flush_bytes) {}
  void Flush() override {
    flushed.emplace_back(buffer().view());
    buffer().Clear();
  }
  std::vector<std::string> flushed;
};

template <class T>
class Gatherer final : public Receiver<T> {
 public:
  void Receive(T&& element, const ElementMeta& meta) override {
    elements.push_back(std::move(element));
    metas.push_back(meta);
  }
  void ReceiveShared(const T& element, const ElementMeta& meta) override { Receive(T(element), meta); }
  std::vector<T> elements;
  std::vector<ElementMeta> metas;
};

template <class T>
std::string Encoded(const T& element) {
  Writer out;
  WireCoder<T>::Encode(element, out);
  return out.Take();
}

// What an element crosses as: the coder, and its bytes.
template <class T>
void ExpectOnTheWire(const T& element, const std::string& coder, const std::string& hex) {
  EXPECT_EQ(CoderText(WireCoder<T>::Spec()), coder);
  EXPECT_EQ(Hex(Encoded(element)), hex) << coder;
  const std::string bytes = Encoded(element);
  Reader in(bytes);
  EXPECT_TRUE(WireCoder<T>::Decode(in, nullptr) == element) << coder;
  EXPECT_TRUE(in.empty()) << coder;
}

TEST(WireCoder, GivesEnginesWhatTheyKnow) {
  ExpectOnTheWire<std::int64_t>(300, "varint", "AC 02");
  ExpectOnTheWire<bool>(true, "bool", "01");
  ExpectOnTheWire<double>(0.5, "double", "3F E0 00 00 00 00 00 00");
  ExpectOnTheWire<std::string>("a\xFF", "bytes", "02 61 FF");
  ExpectOnTheWire<KV<std::string, std::int64_t>>({"abc", 1}, "kv(bytes, varint)", "03 61 62 63 01");
  ExpectOnTheWire<Track>({"x", 3}, "length_prefix(row)", "05 02 00 01 78 03");
  ExpectOnTheWire<KV<std::string, Track>>({"k", {"x", 3}}, "kv(bytes, length_prefix(row))", "01 6B 05 02 00 01 78 03");
  ExpectOnTheWire<std::optional<std::string>>("x", "length_prefix(nullable(string_utf8))", "02 01 78");
  ExpectOnTheWire<std::vector<std::int64_t>>({1, 2}, "length_prefix(iterable(varint))", "06 00 00 00 02 01 02");
}

// Pages that an engine keeps behind "token"; counts how often one was asked for.
class Pages final : public WireState {
 public:
  explicit Pages(std::vector<std::string> pages) : pages_(std::move(pages)) {}
  Page Fetch(const std::string& token, const std::string& next) override {
    EXPECT_EQ(token, "token");
    ++fetched;
    const std::size_t page = next.empty() ? 0 : std::stoul(next);
    return {pages_.at(page), page + 1 < pages_.size() ? std::to_string(page + 1) : std::string()};
  }
  int fetched = 0;

 private:
  const std::vector<std::string> pages_;
};

template <class T>
Iterable<T> GroupOf(const std::string& bytes, std::shared_ptr<WireState> state) {
  const auto origin = std::make_shared<const WirePiece>(WirePiece{bytes, std::move(state)});
  Reader in(origin->bytes);
  return WireCoder<Iterable<T>>::Decode(in, origin);
}

const std::string kRest = "FF FF FF FF FF FF FF FF FF 01 05 74 6F 6B 65 6E";  // -1 and "token"

TEST(WireCoder, ReadsGroupsInAllForms) {
  const auto pages = std::make_shared<Pages>(std::vector{FromHex("03 04")});
  for (const std::string& hex : {std::string("00 00 00 04 01 02 03 04"),
                                 std::string("FF FF FF FF 02 01 02 02 03 04 00"), "FF FF FF FF 02 01 02 " + kRest}) {
    const auto group = GroupOf<std::int64_t>(FromHex(hex), pages);
    EXPECT_EQ(group.ToVector(), (std::vector<std::int64_t>{1, 2, 3, 4})) << hex;
    EXPECT_EQ(group.size(), 4U) << hex;
    EXPECT_FALSE(group.empty()) << hex;
  }
  const std::string bytes = FromHex("FF FF FF FF " + kRest);
  Reader in(bytes);
  EXPECT_THROW(WireCoder<Iterable<std::int64_t>>::Decode(in, nullptr), Error);
  EXPECT_THROW(GroupOf<std::int64_t>(bytes, nullptr), Error);
  EXPECT_TRUE(GroupOf<std::int64_t>(FromHex("00 00 00 00"), nullptr).empty());
  EXPECT_TRUE(GroupOf<std::int64_t>(bytes, std::make_shared<Pages>(std::vector<std::string>{""})).empty());
}

TEST(WireCoder, AsksForAPageWhenItIsReached) {
  const auto pages = std::make_shared<Pages>(std::vector{FromHex("02"), FromHex("03 04"), FromHex("05")});
  const auto group = GroupOf<std::int64_t>(FromHex("FF FF FF FF 01 01 " + kRest), pages);
  std::vector<int> fetched;
  for (const std::int64_t n : group) {
    EXPECT_EQ(n, static_cast<std::int64_t>(fetched.size()) + 1);
    fetched.push_back(pages->fetched);
  }
  EXPECT_EQ(fetched, (std::vector<int>{0, 1, 2, 2, 3}));
  EXPECT_EQ(group.ToVector(), (std::vector<std::int64_t>{1, 2, 3, 4, 5}));  // and again, from the start
}

TEST(WireCoder, ReadsValuesThatLieAcrossPages) {
  // "abc" and a number, cut everywhere.
  const std::string bytes = FromHex("03 61 62 63 AC 02");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const auto group = GroupOf<KV<std::string, std::int64_t>>(
        FromHex("FF FF FF FF " + kRest),
        std::make_shared<Pages>(std::vector{bytes.substr(0, cut), std::string(), bytes.substr(cut)}));
    EXPECT_EQ(group.ToVector(), (std::vector<KV<std::string, std::int64_t>>{{"abc", 300}})) << cut;
    const auto short_by_one = GroupOf<KV<std::string, std::int64_t>>(
        FromHex("FF FF FF FF " + kRest), std::make_shared<Pages>(std::vector{bytes.substr(0, 5), std::string()}));
    EXPECT_THROW(short_by_one.ToVector(), Error) << cut;
  }
}

TEST(WireType, KeepsTimesWindowsAndOrder) {
  const ElementMeta first{.timestamp = {1000}, .window = {{0}, {2000}}};
  const ElementMeta second{
      .timestamp = {2500}, .window = {{2000}, {4000}}, .pane = {1, 1, PaneTiming::kOnTime, false, true}};
  BufferSink sink(WindowCoding::kInterval);
  const auto encoder = internal::kWireType<Track>.make_encoder(&sink);
  const std::vector<std::pair<Track, ElementMeta>> sent = {
      {{"a", 1}, first}, {{"b", 2}, first}, {{"c", 3}, second}, {{"d", 4}, first}};
  for (const auto& [track, meta] : sent) encoder->input().As<Track>()->ReceiveShared(track, meta);
  EXPECT_EQ(sink.elements(), 4);

  Gatherer<Track> got;
  ElementGate gate;
  WireInput input{Reader(sink.buffer().view()), WindowCoding::kInterval, &gate, nullptr};
  EXPECT_TRUE(internal::kWireType<Track>.feed(input, AnyReceiver(static_cast<Receiver<Track>*>(&got))));
  ASSERT_EQ(got.elements.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(got.elements[i], sent[i].first);
    EXPECT_EQ(got.metas[i], sent[i].second);
  }
}

TEST(WireType, TakesElementsOfSeveralWindowsApart) {
  Writer out;
  EncodeWindowedHeader({{1000}, {}, {{{0}, {2000}}, {{1000}, {3000}}}}, WindowCoding::kInterval, out);
  WireCoder<std::int64_t>::Encode(7, out);
  Gatherer<std::int64_t> got;
  ElementGate gate;
  WireInput input{Reader(out.view()), WindowCoding::kInterval, &gate, nullptr};
  EXPECT_TRUE(internal::kWireType<std::int64_t>.feed(input, AnyReceiver(static_cast<Receiver<std::int64_t>*>(&got))));
  EXPECT_EQ(got.elements, (std::vector<std::int64_t>{7, 7}));
  EXPECT_EQ(got.metas.at(1).window, Window({1000}, {3000}));
}

TEST(WireType, StopsWhereTheGateSays) {
  BufferSink sink(WindowCoding::kGlobal);
  const auto encoder = internal::kWireType<std::int64_t>.make_encoder(&sink);
  for (std::int64_t i = 0; i < 10; ++i) encoder->input().As<std::int64_t>()->ReceiveShared(i, {});
  Gatherer<std::int64_t> got;
  ElementGate gate;
  ASSERT_TRUE(gate.Stop(4));
  WireInput input{Reader(sink.buffer().view()), WindowCoding::kGlobal, &gate, nullptr};
  EXPECT_FALSE(internal::kWireType<std::int64_t>.feed(input, AnyReceiver(static_cast<Receiver<std::int64_t>*>(&got))));
  EXPECT_EQ(got.elements, (std::vector<std::int64_t>{0, 1, 2, 3}));
}

TEST(WireType, FlushesBySizeAndWhenAsked) {
  BufferSink sink(WindowCoding::kGlobal, 100);
  const auto encoder = internal::kWireType<std::string>.make_encoder(&sink);
  const auto receive = [&](const std::string& text) { encoder->input().As<std::string>()->ReceiveShared(text, {}); };
  receive("short");
  EXPECT_TRUE(sink.flushed.empty());
  receive(std::string(100, 'x'));
  EXPECT_EQ(sink.flushed.size(), 1U);
  receive("short");
  EXPECT_EQ(sink.flushed.size(), 1U);
  sink.FlushFromOutside();
  EXPECT_EQ(sink.flushed.size(), 2U);
}

TEST(WireType, RefusesBytesThatAreCutOff) {
  BufferSink sink(WindowCoding::kGlobal);
  const auto encoder = internal::kWireType<Track>.make_encoder(&sink);
  encoder->input().As<Track>()->ReceiveShared({"name", 5}, {});
  const std::string whole(sink.buffer().view());
  for (std::size_t size = 1; size < whole.size(); ++size) {
    Gatherer<Track> got;
    ElementGate gate;
    WireInput input{Reader(std::string_view(whole).substr(0, size)), WindowCoding::kGlobal, &gate, nullptr};
    EXPECT_THROW(internal::kWireType<Track>.feed(input, AnyReceiver(static_cast<Receiver<Track>*>(&got))), Error)
        << size;
  }
}

}  // namespace wire_type_test
