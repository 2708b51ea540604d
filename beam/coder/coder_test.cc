// The bytes of every kind of type, as worked out by hand from Beam's descriptions.
#include "beam/coder/coder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <mutex>

#include "beam/coder/dynamic_coder.h"
#include "beam/coder/engine_coders.h"
#include "beam/coder/test_hex.h"

namespace coded {

// Not default-constructible, with an invariant, so it has a coder of its own.
class Even {
 public:
  explicit Even(int value) : half_(value / 2) {}
  int value() const { return half_ * 2; }
  bool operator==(const Even&) const = default;

 private:
  int half_;
};

}  // namespace coded

template <>
struct beam::Coder<coded::Even> {
  static void Encode(const coded::Even& value, Writer& out, Context = Context::kNested) {
    out.Byte(static_cast<std::uint8_t>(value.value() / 2));
  }
  static coded::Even Decode(Reader& in, Context = Context::kNested) { return coded::Even(in.Byte() * 2); }
  static std::size_t ByteSize(const coded::Even&) { return 1; }
  static CoderSpec Spec() { return CustomCoderSpec<coded::Even>(); }
};

namespace beam {
namespace {

// Encodes, decodes and sizes `value`, whose nested and outer bytes are given. `slack` is by how much ByteSize may
// exceed the size.
template <class T>
void Check(const T& value, std::string_view nested, std::string_view outer, std::size_t slack = 0) {
  SCOPED_TRACE(std::string(TypeName<T>()) + " as " + std::string(nested));
  for (const Context context : {Context::kNested, Context::kOuter}) {
    Writer out;
    Coder<T>::Encode(value, out, context);
    EXPECT_EQ(Hex(out.view()), context == Context::kNested ? nested : outer);
    // In the nested context decoding stops at the end of the value.
    const std::string bytes = std::string(out.view()) + (context == Context::kNested ? "\xFF" : "");
    Reader in(bytes);
    EXPECT_TRUE(Coder<T>::Decode(in, context) == value);
    EXPECT_EQ(in.remaining(), context == Context::kNested ? 1u : 0u);
    if (context == Context::kNested) {
      EXPECT_GE(Coder<T>::ByteSize(value), out.size());
      EXPECT_LE(Coder<T>::ByteSize(value), out.size() + slack);
    }
  }
}

template <class T>
void Check(const T& value, std::string_view bytes, std::size_t slack = 0) {
  Check(value, bytes, bytes, slack);
}

template <class T>
T DecodeHex(std::string_view hex, Context context = Context::kNested) {
  const std::string bytes = FromHex(hex);
  Reader in(bytes);
  return Coder<T>::Decode(in, context);
}

enum class Color : std::uint8_t { kRed, kViolet = 200 };
enum Plain { kMinusOne = -1 };

TEST(Coder, Numbers) {
  Check<std::int64_t>(0, "00");
  Check<std::int64_t>(300, "AC 02");
  Check<std::int64_t>(-1, "FF FF FF FF FF FF FF FF FF 01");
  Check<std::int64_t>(std::numeric_limits<std::int64_t>::min(), "80 80 80 80 80 80 80 80 80 01");
  Check<std::uint64_t>(~std::uint64_t{0}, "FF FF FF FF FF FF FF FF FF 01");
  Check<std::int32_t>(-2, "FE FF FF FF FF FF FF FF FF 01");
  Check<std::uint8_t>(255, "FF 01");
  Check('a', "61");
  Check(Color::kViolet, "C8 01");
  Check(kMinusOne, "FF FF FF FF FF FF FF FF FF 01");
  Check(true, "01");
  Check(0.1, "3F B9 99 99 99 99 99 9A");
  Check(0.5F, "3F E0 00 00 00 00 00 00");
}

TEST(Coder, IntegersOutOfTheRangeOfTheirTypeAreMalformed) {
  EXPECT_THROW(DecodeHex<std::uint8_t>("80 02"), Error);
  EXPECT_THROW(DecodeHex<std::int32_t>("FF FF FF FF 0F"), Error);
  EXPECT_THROW(DecodeHex<std::uint32_t>("FF FF FF FF FF FF FF FF FF 01"), Error);
  EXPECT_THROW(DecodeHex<bool>("02"), Error);
}

TEST(Coder, StringsAndBytes) {
  Check<std::string>("abc", "03 61 62 63", "61 62 63");
  Check<std::string>("", "00", "");
  Check<std::string>(std::string("a\0\xFF", 3), "03 61 00 FF", "61 00 FF");
  Check(Bytes{std::byte{1}, std::byte{2}}, "02 01 02", "01 02");
  Check(std::vector<std::uint8_t>{1, 2}, "02 01 02", "01 02");
  Check(std::vector<char>{'a'}, "01 61", "61");
  Check(Void(), "00", "");
  EXPECT_THROW(DecodeHex<Void>("01 00"), Error);
}

TEST(Coder, KvAndOptional) {
  Check(KV<std::string, std::string>{"ab", "c"}, "02 61 62 01 63", "02 61 62 63");
  Check(KV<std::int64_t, KV<std::string, std::string>>{1, {"a", "b"}}, "01 01 61 01 62", "01 01 61 62");
  Check(std::optional<std::string>("ab"), "01 02 61 62", "01 61 62");
  Check(std::optional<std::string>(), "00");
  Check(std::optional<std::optional<std::int64_t>>(std::in_place), "01 00");
  EXPECT_THROW(DecodeHex<std::optional<bool>>("02 01"), Error);
}

TEST(Coder, Collections) {
  Check(std::vector<std::int64_t>{1, 10, 200}, "00 00 00 03 01 0A C8 01");
  Check(std::vector<std::string>{"a", ""}, "00 00 00 02 01 61 00");
  Check(std::vector<bool>{true, false}, "00 00 00 02 01 00");
  Check(std::vector<double>{1, -2}, "00 00 00 02 3F F0 00 00 00 00 00 00 C0 00 00 00 00 00 00 00");
  Check(std::vector<std::vector<std::int64_t>>{{}, {5}}, "00 00 00 02 00 00 00 00 00 00 00 01 05");
  Check(std::array<std::int64_t, 2>{7, 8}, "00 00 00 02 07 08");
  Check(std::set<std::string>{"b", "a"}, "00 00 00 02 01 61 01 62");
  Check(std::map<std::string, std::int64_t>{{"b", 2}, {"a", 1}}, "00 00 00 02 01 61 01 01 62 02");
  EXPECT_THROW((DecodeHex<std::array<std::int64_t, 2>>("00 00 00 03 07 08 09")), Error);
}

TEST(Coder, HashedCollectionsAreWrittenInOrder) {
  std::unordered_set<std::int64_t> numbers;
  std::unordered_map<std::int64_t, std::string> names;
  for (const int i : {5, 3, 9, 1, 7}) {
    numbers.insert(i);
    names.emplace(i, "n");
  }
  Check(numbers, "00 00 00 05 01 03 05 07 09");
  Check(names, "00 00 00 05 01 01 6E 03 01 6E 05 01 6E 07 01 6E 09 01 6E");
}

TEST(Coder, IterablesOfUnknownLengthAreRead) {
  using Numbers = std::vector<std::int64_t>;
  using Doubles = std::vector<double>;
  EXPECT_EQ(DecodeHex<Numbers>("FF FF FF FF 00"), Numbers());
  EXPECT_EQ(DecodeHex<Numbers>("FF FF FF FF 02 01 0A 01 05 00"), (Numbers{1, 10, 5}));
  EXPECT_EQ(DecodeHex<Doubles>("FF FF FF FF 01 3F F0 00 00 00 00 00 00 00"), Doubles{1});
  EXPECT_EQ(DecodeHex<std::set<std::int64_t>>("FF FF FF FF 02 03 02 00"), (std::set<std::int64_t>{2, 3}));
}

TEST(Coder, MalformedCollectionsThrowAndDoNotAllocate) {
  for (const char* bytes :
       {"7F FF FF FF", "FF FF FF FE", "FF FF FF FF", "FF FF FF FF 05 01", "00 00", "80 00 00 00",
        "FF FF FF FF FF FF FF FF FF FF FF FF FF 01 00", "FF FF FF FF FE FF FF FF FF FF FF FF FF 01"}) {
    SCOPED_TRACE(bytes);
    EXPECT_THROW(DecodeHex<std::vector<std::int64_t>>(bytes), Error);
    EXPECT_THROW(DecodeHex<std::vector<double>>(bytes), Error);
    EXPECT_THROW(DecodeHex<std::vector<std::string>>(bytes), Error);
  }
}

TEST(Coder, ATokenInAnIterableNeedsSomebodyToFetchTheRest) {
  const std::string bytes = FromHex("FF FF FF FF 01 05 FF FF FF FF FF FF FF FF FF 01 02 68 69");
  Reader in(bytes);
  std::string asked;
  const auto values = DecodeStateBackedIterable<std::int64_t>(in, [&](std::string_view token) {
    asked = token;
    return FromHex("06 07");
  });
  EXPECT_EQ(asked, "hi");
  EXPECT_EQ(values, (std::vector<std::int64_t>{5, 6, 7}));
  EXPECT_TRUE(in.empty());
  EXPECT_THROW(DecodeHex<std::vector<std::int64_t>>(Hex(bytes)), Error);
}

TEST(Coder, EngineTypes) {
  // ByteSize knows of nested sizes only, so the length that a string has inside a length prefix is counted for nothing.
  Check(LengthPrefixed<std::string>{"abc"}, "03 61 62 63", 1);
  Check(LengthPrefixed<std::int64_t>{300}, "02 AC 02");
  Check(LengthPrefixed<KV<std::string, std::string>>{{"a", "b"}}, "03 01 61 62", 1);
  Check(ShardedKey<std::string>{"key", "s"}, "01 73 03 6B 65 79");
}

struct Person {
  std::string name;
  std::optional<std::int32_t> age;
  bool operator==(const Person&) const = default;
};
struct Empty {
  bool operator==(const Empty&) const = default;
};
struct Team {
  Person lead;
  std::vector<Person> members;
  bool operator==(const Team&) const = default;
};

TEST(Rows, AreAsBeamDescribesThem) {
  Check(Person{"ann", 7}, "02 00 03 61 6E 6E 07");
  Check(Person{"ann", {}}, "02 01 02 03 61 6E 6E");
  Check(Empty(), "00 00");
  Check(Team{{"a", 1}, {{"b", {}}}}, "02 00 02 00 01 61 01 00 00 00 01 02 01 02 01 62");
  Check(std::pair<std::int64_t, std::string>(5, "x"), "02 00 05 01 78");
  Check(std::tuple<bool, std::optional<bool>>(true, {}), "02 01 02 01");
  Check(std::tuple<>(), "00 00");
}

struct Nulls {
  std::optional<bool> a, b, c, d, e, f, g, h, i, j;
  bool operator==(const Nulls&) const = default;
};

// The example of Beam's own description: [NULL, 0, 0, 0, NULL, 0, 0, NULL, 0, NULL].
TEST(Rows, NullBits) {
  Check(Nulls{{}, true, true, true, {}, true, true, {}, true, {}}, "0A 02 91 02 01 01 01 01 01 01");
  Check(Nulls{true, true, true, true, true, true, true, true, true, true}, "0A 00 01 01 01 01 01 01 01 01 01 01");
}

struct Integers {
  std::int8_t i8;
  std::int16_t i16;
  std::int32_t i32;
  std::int64_t i64;
  std::uint8_t u8;
  std::uint16_t u16;
  std::uint32_t u32;
  std::uint64_t u64;
  char text;
  std::byte byte;
  Color color;
  bool operator==(const Integers&) const = default;
};

TEST(Rows, IntegersTakeTheTypeThatHoldsThem) {
  const auto max64 = ~std::uint64_t{0};
  Check(Integers{-1, -2, -1, -1, 255, 65535, 4294967295, max64, 'a', std::byte{255}, Color::kViolet},
        "0B 00 FF FF FE FF FF FF FF 0F FF FF FF FF FF FF FF FF FF 01 00 FF FF FF 03 FF FF FF FF 0F "
        "FF FF FF FF FF FF FF FF FF 01 61 FF 00 C8");
  std::vector<AtomicType> types;
  const CoderSpec spec = Coder<Integers>::Spec();
  for (const Field& field : spec.schema->fields) types.push_back(field.type.atomic);
  EXPECT_EQ(types,
            (std::vector{AtomicType::kByte, AtomicType::kInt16, AtomicType::kInt32, AtomicType::kInt64,
                         AtomicType::kInt16, AtomicType::kInt32, AtomicType::kInt64, AtomicType::kInt64,
                         AtomicType::kByte, AtomicType::kByte, AtomicType::kInt16}));
}

// The Go SDK writes a negative INT32 in ten bytes.
TEST(Rows, NegativeInt32IsReadInBothForms) {
  struct Number {
    std::int32_t n;
  };
  EXPECT_EQ(DecodeHex<Number>("01 00 FF FF FF FF 0F").n, -1);
  EXPECT_EQ(DecodeHex<Number>("01 00 FF FF FF FF FF FF FF FF FF 01").n, -1);
  for (const char* bytes : {"01 00 80 80 80 80 10", "01 00 FF FF FF FF F7 FF FF FF FF 01"}) {
    EXPECT_THROW(DecodeHex<Number>(bytes), Error) << bytes;
  }
}

struct Arrays {
  std::vector<float> floats;
  std::vector<double> doubles;
  std::vector<std::int16_t> shorts;
  std::vector<std::int8_t> bytes;
  std::array<float, 1> fixed;
  std::vector<std::optional<std::string>> texts;
  std::map<std::string, std::optional<std::int16_t>> map;
  bool operator==(const Arrays&) const = default;
};

TEST(Rows, ArraysAndMaps) {
  Check(Arrays{{1, -2}, {1}, {1, -2}, {1, -2}, {0.5F}, {"a", {}}, {{"k", 3}, {"l", {}}}},
        "07 00 00 00 00 02 3F 80 00 00 C0 00 00 00 00 00 00 01 3F F0 00 00 00 00 00 00 00 00 00 02 00 01 FF FE "
        "00 00 00 02 01 FE 00 00 00 01 3F 00 00 00 00 00 00 02 01 01 61 00 00 00 00 02 01 6B 01 00 03 01 6C 00");
}

TEST(Rows, BigArraysOfNumbersSurvive) {
  Arrays value{};
  for (int i = 0; i < 100000; ++i) {
    value.floats.push_back(std::sin(static_cast<float>(i)));
    value.doubles.push_back(std::cos(i));
    value.shorts.push_back(static_cast<std::int16_t>(i * 7));
    value.bytes.push_back(static_cast<std::int8_t>(i));
  }
  Writer out;
  Coder<Arrays>::Encode(value, out);
  EXPECT_EQ(out.size(), Coder<Arrays>::ByteSize(value));
  Reader in(out.view());
  EXPECT_TRUE(Coder<Arrays>::Decode(in) == value);
}

struct Mixed {
  KV<std::string, std::int64_t> kv;
  coded::Even even;
  Void nothing;
  const int fixed = 3;
  bool operator==(const Mixed&) const = default;
};

TEST(Rows, KvIsARowAndTypesWithTheirOwnCoderAreBytes) {
  Check(Mixed{{"a", 1}, coded::Even(10), {}, 4}, "04 00 02 00 01 61 01 01 05 00 04", 1);
  const CoderSpec spec = Coder<Mixed>::Spec();
  const Schema& schema = *spec.schema;
  ASSERT_EQ(schema.fields[0].type.kind, FieldType::Kind::kRow);
  EXPECT_EQ(schema.fields[0].type.row->fields[0].name, "key");
  EXPECT_EQ(schema.fields[1].type.atomic, AtomicType::kBytes);
  EXPECT_EQ(schema.fields[3].name, "fixed");
}

struct PersonV2 {
  std::string name;
  std::optional<std::int32_t> age;
  std::string city = "Graz";
  std::optional<bool> member = true;
};

// Writers and readers of different versions of a struct: fields are only ever appended.
TEST(Rows, FollowTheRulesOfEvolution) {
  const auto newer = DecodeHex<PersonV2>("02 00 03 61 6E 6E 07");
  EXPECT_EQ(newer.name, "ann");
  EXPECT_EQ(newer.city, "Graz");
  EXPECT_EQ(newer.member, true);
  // Appended fields that are null take no bytes, so they can be skipped anywhere; others only at the end.
  EXPECT_EQ(DecodeHex<Person>("04 01 0C 03 61 6E 6E 07"), (Person{"ann", 7}));
  EXPECT_EQ(DecodeHex<Person>("03 00 03 61 6E 6E 07 04 47 72 61 7A", Context::kOuter), (Person{"ann", 7}));
  EXPECT_THROW(DecodeHex<Person>("03 00 03 61 6E 6E 07 04 47 72 61 7A"), Error);
  // A type without a default value cannot be absent.
  EXPECT_THROW(DecodeHex<Mixed>("01 00 02 00 01 61 01"), Error);
}

TEST(Rows, NullInAFieldThatIsNotOptionalNamesTheField) {
  try {
    DecodeHex<Person>("02 01 01 07");
    FAIL() << "decoded";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("'name'"), std::string::npos) << error.what();
  }
}

TEST(Rows, SchemasNameTheirFields) {
  const CoderSpec spec = Coder<Team>::Spec();
  EXPECT_EQ(spec.urn, "beam:coder:row:v1");
  const Schema& schema = *spec.schema;
  ASSERT_EQ(schema.fields.size(), 2u);
  EXPECT_EQ(schema.fields[0].name, "lead");
  EXPECT_EQ(schema.fields[0].type.row->fields[1].name, "age");
  EXPECT_TRUE(schema.fields[0].type.row->fields[1].type.nullable);
  EXPECT_EQ(schema.fields[1].type.kind, FieldType::Kind::kArray);
  EXPECT_EQ(schema.id, Coder<Team>::Spec().schema->id);
  EXPECT_NE(schema.id, Coder<Person>::Spec().schema->id);
  EXPECT_EQ(ParseSchema(SerializeSchema(schema)), schema);
}

struct HasPointer {
  int* pointer;
};
struct HasBase : Person {
  int more;
};

TEST(Codable, IsAQuestionAndNeverAnError) {
  EXPECT_TRUE(Codable<Team>);
  EXPECT_TRUE(Codable<Mixed>);
  EXPECT_TRUE(Codable<coded::Even>);
  EXPECT_TRUE((Codable<KV<std::string, std::vector<Person>>>));
  EXPECT_FALSE(Codable<std::mutex>);
  EXPECT_FALSE(Codable<HasPointer>);
  EXPECT_FALSE(Codable<HasBase>);
  EXPECT_FALSE(Codable<std::vector<std::mutex>>);
  EXPECT_FALSE((Codable<KV<std::string, HasPointer>>));
  EXPECT_FALSE((Codable<std::map<std::string, int*>>));
  EXPECT_FALSE(Codable<std::unique_ptr<int>>);
  EXPECT_FALSE(Codable<std::string_view>);
  EXPECT_FALSE(Codable<const char*>);
  EXPECT_FALSE(Codable<const std::string>);
  EXPECT_FALSE(Codable<int&>);
  EXPECT_FALSE(Codable<void>);
  EXPECT_FALSE((Codable<std::tuple<std::optional<std::optional<int>>>>));
}

}  // namespace
}  // namespace beam
