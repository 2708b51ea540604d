#include "klay/feature/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "klay/feature/feature_test_util.h"
#include "klay/feature/npy_header.h"

namespace klay {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

struct Row {
  std::string name;
  std::string dtype;
  std::string order;
  std::vector<std::int64_t> shape;
};

std::vector<Row> ReadTable() {
  std::vector<Row> rows;
  std::istringstream in(NumpyFile("table.tsv"));
  std::string shape;
  for (Row row; in >> row.name >> row.dtype >> row.order >> shape;) {
    row.shape.clear();
    if (shape != "-") {
      std::istringstream lengths(shape);
      for (std::string length; std::getline(lengths, length, 'x');) row.shape.push_back(std::stoll(length));
    }
    rows.push_back(row);
  }
  return rows;
}

template <class T>
void ExpectValues(const NpyArray& array, T (*expected)(std::int64_t)) {
  const std::vector<T> values = array.Values<T>();
  ASSERT_EQ(static_cast<std::int64_t>(values.size()), array.size());
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], expected(static_cast<std::int64_t>(i))) << i;
}

template <class T>
void ExpectCounting(const NpyArray& array) {
  ExpectValues<T>(array, [](std::int64_t i) { return static_cast<T>(i); });
}

void ExpectCountingOfAnyDtype(const NpyArray& array) {
  const std::string what = array.dtype().ToString().substr(1);
  if (what == "b1") return ExpectValues<std::uint8_t>(array, [](std::int64_t i) { return std::uint8_t(i % 2); });
  if (what == "i1") return ExpectCounting<std::int8_t>(array);
  if (what == "i2") return ExpectCounting<std::int16_t>(array);
  if (what == "i4") return ExpectCounting<std::int32_t>(array);
  if (what == "i8") return ExpectCounting<std::int64_t>(array);
  if (what == "u1") return ExpectCounting<std::uint8_t>(array);
  if (what == "u2") return ExpectCounting<std::uint16_t>(array);
  if (what == "u4") return ExpectCounting<std::uint32_t>(array);
  if (what == "u8") return ExpectCounting<std::uint64_t>(array);
  if (what == "f4") return ExpectCounting<float>(array);
  if (what == "f8") return ExpectCounting<double>(array);
  if (what == "c8") {
    return ExpectValues<std::complex<float>>(
        array, [](std::int64_t i) { return std::complex<float>(static_cast<float>(i), -2 * static_cast<float>(i)); });
  }
  if (what == "c16") {
    return ExpectValues<std::complex<double>>(array, [](std::int64_t i) {
      return std::complex<double>(static_cast<double>(i), -2 * static_cast<double>(i));
    });
  }
  if (what == "f2") {
    const std::vector<float> values = array.ToFloats();
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], static_cast<float>(i));
    return;
  }
  // Text and times are given as bytes.
  EXPECT_TRUE(what == "S5" || what == "U7" || what == "M8[ns]" || what == "m8[25s]") << what;
}

TEST(Npy, ReadsWhatNumpyWrites) {
  const std::vector<Row> table = ReadTable();
  ASSERT_GE(table.size(), 85U);
  for (const Row& row : table) {
    SCOPED_TRACE(row.name);
    const NpyArray array = ParseNpy(NumpyFile(row.name));
    EXPECT_EQ(array.dtype().ToString(), row.dtype);
    EXPECT_EQ(array.shape(), row.shape);
    EXPECT_EQ(array.fortran_order(), row.order == "F");
    ExpectCountingOfAnyDtype(array);
  }
}

TEST(Npy, WritesTheBytesThatNumpyWrites) {
  for (const Row& row : ReadTable()) {
    if (row.name.starts_with("version-")) continue;
    const std::string bytes = NumpyFile(row.name);
    EXPECT_TRUE(NpyBytes(ParseNpy(bytes)) == bytes) << row.name;
  }
}

TEST(Npy, NumpyReadsWhatWeWrite) {
  const TemporaryFolder folder;
  folder.Put("lf4-2x3-C.npy", NpyBytes(Counting<float>({2, 3})));
  folder.Put("lf8-scalar-C.npy", NpyBytes(Counting<double>({})));
  folder.Put("lf8-0x5-C.npy", NpyBytes(Counting<double>({0, 5})));
  folder.Put("li8-3x2x4-C.npy", NpyBytes(Counting<std::int64_t>({3, 2, 4})));
  folder.Put("nu1-200-C.npy", NpyBytes(Counting<std::uint8_t>({200})));
  folder.Put("li2-7-C.npy", NpyBytes(Counting<std::int16_t>({7})));
  folder.Put(
      "lf4-2x3-F.npy",
      NpyBytes(
          {DtypeOf<float>(), {2, 3}, true, NpyArray::Of<float>({6}, std::vector<float>{0, 3, 1, 4, 2, 5}).data()}));
  folder.Put("bu2-3-C.npy", NpyBytes({ParseDtype(">u2"), {3}, false, "\0\0\0\1\0\2"s}));
  Waveform wave(2, 3, 8000);
  for (int c = 0; c < 2; ++c) {
    for (int i = 0; i < 3; ++i) wave.channel(c)[static_cast<std::size_t>(i)] = static_cast<float>(3 * c + i);
  }
  MemoryByteSink sink(false);
  WriteNpy(sink, wave);
  EXPECT_EQ(sink.bytes(), NpyBytes(Counting<float>({2, 3})));
  std::vector<std::int64_t> deep(40, 1);
  deep.push_back(3);
  EXPECT_EQ(ParseNpy(NpyBytes(Counting<float>(deep))).shape(), deep);
  EXPECT_EQ(folder.ArraysThatNumpyReads(), 8);
}

TEST(Npy, RefusesWithAReason) {
  const auto file = [](const std::string& text, const std::string& data = "", char version = 1) {
    std::string bytes = "\x93NUMPY"s + version + '\0';
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i) bytes += static_cast<char>(text.size() >> (8 * i));
    return bytes + text + data;
  };
  const auto with = [&](const std::string& descr, const std::string& shape, const std::string& data = "") {
    return file("{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }\n", data);
  };
  const std::string good = with("'<f4'", "(2,)", "12345678");
  struct Case {
    std::string bytes;
    const char* reason;
  };
  const Case cases[] = {
      {good, "ok"},
      {good + "more", "ok"},
      {file("{\"shape\":(2L,),\"fortran_order\":True,\"descr\":\"|u1\"}", "ab"), "ok"},
      {file("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "12345678", 3), "ok"},
      {"", "the file is empty"},
      {"RIFF", "does not begin as one"},
      {"PK\3\4....", "npz archive"},
      {NumpyFile("pickle.npy"), "pickle"},
      {NumpyFile("object.npy"), "Python objects (pickles), which are never loaded"},
      {NumpyFile("structured.npy"), "structured dtype"},
      {good.substr(0, 5), "does not begin as one"},
      {good.substr(0, 8), "ends within its npy header"},
      {good.substr(0, 30), "ends within its npy header"},
      {good.substr(0, good.size() - 1), "has 8 bytes, and the file ends after 7"},
      {file("{}", "", 4), "version 4.0"},
      {file("{}", "", 0), "version 0.0"},
      {"\x93NUMPY\2\0\xFF\xFF\xFF\xFF"s, "header of 4294967295 bytes"},
      {file(""), "no {"},
      {file("{}"), "no descr, fortran_order or shape"},
      {file("{'descr': '<f4', 'fortran_order': False}"), "no descr, fortran_order or shape"},
      {file("{'descr': '<f4', 'descr': '<f4'"), "\"descr\" that is unknown or there twice"},
      {file("{'extra': 1}"), "\"extra\" that is unknown"},
      {file("{'descr': '<f4"), "a string without an end"},
      {file("{'descr': '<\\x664'}"), "backslash"},
      {with("'<f4'", "(2,)} "), "behind its end"},
      {with("'<f4'", "(2 2)"), "no )"},
      {with("'<f4'", "2"), "no ("},
      {with("'<f4'", "(2)"), "no tuple"},
      {with("'<f4'", "(-2,)"), "no dimension"},
      {with("'<f4'", "(2.5,)"), "no )"},
      {with("'<f4'", "(99999999999999999999,)"), "no dimension"},
      {with("'<f4'", "(4611686018427387904,)"), "beyond all memory"},
      {with("'<f4'", "(4294967296,4294967296)"), "beyond all memory"},
      {with("'<f4'", "(0,4294967296,4294967296)"), "beyond all memory"},
      {with("'<f4'", "(1000000000000,)"), "more than the limit"},
      {with("'<f4'", "(1000000000,)"), "has 4000000000 bytes, and the file ends after 0"},
      {with("'<f3'", "(2,)"), "\"<f3\" has a size that is not known"},
      {with("'<i16'", "(2,)"), "has a size that is not known"},
      {with("'<q8'", "(2,)"), "is not known"},
      {with("'<f'", "(2,)"), "has no size"},
      {with("''", "(2,)"), "is none"},
      {with("'<f4x'", "(2,)"), "is not known"},
      {with("'<M8[ns'", "(2,)"), "is not known"},
      {with("'|S99999999999'", "(2,)"), "has no size"},
      {with("('<f4', (2,))", "(2,)"), "elements that are arrays"},
      {with("None", "(2,)"), "no string"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(Reason([&] { ParseNpy(c.bytes); }), HasSubstr(c.reason)) << c.bytes;
  }
  std::string many = "(";
  for (int i = 0; i < 65; ++i) many += "1,";
  EXPECT_THAT(Reason([&] { ParseNpy(with("'<f4'", many + ")")); }), HasSubstr("more than 64 dimensions"));
}

TEST(Npy, AClaimIsNotBelievedBeforeItIsSeen) {
  const std::string header =
      internal::MakeNpyHeader({.dtype = DtypeOf<float>(), .fortran_order = false, .shape = {2'000'000'000}});
  // Neither of these may take eight gigabytes.
  MemoryByteSource known(header + "1234");
  EXPECT_THAT(Reason([&] { ReadNpy(known); }), HasSubstr("the file ends after 4"));
  MemoryByteSource unknown(header + "1234", "pipe", {.tells_size = false});
  EXPECT_THAT(Reason([&] { ReadNpy(unknown); }), HasSubstr("the file ends after 4"));
  MemoryByteSource small(NpyBytes(Counting<double>({1000})));
  EXPECT_THAT(Reason([&] { ReadNpy(small, {.max_bytes = 7999}); }), HasSubstr("limit of 7999"));
}

TEST(Npy, ReadsFromAnySource) {
  const std::string bytes = NumpyFile("large-F.npy");
  for (const std::size_t most : {std::size_t{1}, std::size_t{1000}}) {
    for (const bool tells : {false, true}) {
      MemoryByteSource source(bytes, "memory", {.largest_read = most, .tells_size = tells});
      ExpectCounting<float>(ReadNpy(source));
    }
  }
  // Arrays that follow each other in one file.
  const std::string one = NpyBytes(Counting<float>({3}));
  MemoryByteSource both(one + NpyBytes(Counting<double>({5})));
  ExpectCounting<float>(ReadNpy(both));
  both.Seek(one.size());
  ExpectCounting<double>(ReadNpy(both));
  MemoryByteSource fails(bytes, "gs://bucket/x.npy", {.fails_at = 10000});
  try {
    ReadNpy(fails);
    FAIL();
  } catch (const FeatureError&) {
    FAIL() << "trouble with reading is no fault of the file";
  } catch (const beam::Error& error) {
    EXPECT_STREQ(error.what(), "connection lost");
  }
}

TEST(NpyArray, RefusesWhatDoesNotFit) {
  EXPECT_THROW(NpyArray(DtypeOf<float>(), {2}, false, "1234567"), FeatureError);
  EXPECT_THROW(NpyArray(DtypeOf<float>(), {-1}, false, ""), FeatureError);
  const NpyArray array = Counting<float>({2});
  EXPECT_THAT(Reason([&] { array.Values<double>(); }), HasSubstr("of dtype <f4, and <f8 is expected"));
  EXPECT_THAT(Reason([&] { array.Values<std::int32_t>(); }), HasSubstr("<i4 is expected"));
  EXPECT_THAT(Reason([&] { ParseNpy(NumpyFile("lU7-2x3.npy")).ToFloats(); }), HasSubstr("is no number"));
  EXPECT_EQ(NpyArray().size(), 0);
  EXPECT_EQ(NpyBytes(NpyArray()), NpyBytes(Counting<float>({0})));
}

TEST(NpyArray, ConvertsNumbers) {
  for (const Row& row : ReadTable()) {
    const char kind = row.dtype[1];
    if (std::string("iufb").find(kind) == std::string::npos) continue;
    const NpyArray array = ParseNpy(NumpyFile(row.name));
    const std::vector<double> doubles = array.ToDoubles();
    const std::vector<float> floats = array.ToFloats();
    for (std::size_t i = 0; i < doubles.size(); ++i) {
      ASSERT_EQ(doubles[i], kind == 'b' ? static_cast<double>(i % 2) : static_cast<double>(i)) << row.name;
      ASSERT_EQ(floats[i], doubles[i]) << row.name;
    }
  }
}

TEST(NpyArray, HalfPrecision) {
  struct Case {
    std::uint16_t half;
    float value;
  };
  constexpr float kInf = std::numeric_limits<float>::infinity();
  for (const Case& c : {Case{0x0000, 0.0F},
                        {0x3C00, 1.0F},
                        {0xC000, -2.0F},
                        {0x7BFF, 65504.0F},
                        {0x0400, 0x1p-14F},
                        {0x0001, 0x1p-24F},
                        {0x83FF, -0x1.FF8p-15F},
                        {0x7C00, kInf},
                        {0xFC00, -kInf},
                        {0x3555, 0x1.554p-2F}}) {
    const std::string bytes = {static_cast<char>(c.half & 0xFF), static_cast<char>(c.half >> 8)};
    EXPECT_EQ(NpyArray(ParseDtype("<f2"), {}, false, bytes).ToFloats()[0], c.value) << c.half;
  }
  const NpyArray nan(ParseDtype("<f2"), {}, false, "\1\x7C");
  EXPECT_TRUE(std::isnan(nan.ToFloats()[0]));
}

}  // namespace
}  // namespace klay
