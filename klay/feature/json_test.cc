#include "klay/feature/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "klay/feature/feature_test_util.h"

namespace klay {
namespace {

using testing::HasSubstr;

nlohmann::ordered_json Parse(const std::string& text) {
  MemoryByteSource source(text);
  return ReadJson(source);
}

std::string Text(const nlohmann::ordered_json& json, int indent) {
  MemoryByteSink sink(false);
  WriteJson(sink, json, indent);
  return sink.Take();
}

TEST(Json, ThereAndBack) {
  for (const char* text : {"null\n", "true\n", "-3\n", "18446744073709551615\n", "0.1\n", "\"\u00e4\\n\"\n", "[]\n",
                           "{}\n", "{\"z\":1,\"a\":[1,2.5,null,{\"x\":\"y\"}]}\n"}) {
    EXPECT_EQ(Text(Parse(text), -1), text);
  }
  EXPECT_EQ(Text(Parse("{\"b\":[1],\"a\":2}"), 2), "{\n  \"b\": [\n    1\n  ],\n  \"a\": 2\n}\n");
  EXPECT_EQ(Parse("\xEF\xBB\xBF{\"a\":1}")["a"], 1);
  EXPECT_EQ(Text({std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}, -1),
            "[null,null]\n");
}

TEST(Json, RefusesWithAReason) {
  struct Case {
    std::string text;
    const char* reason;
  };
  const Case cases[] = {
      {"", "the file is empty"},
      {" ", "not JSON"},
      {"{\"a\":1", "not JSON"},
      {"{\"a\":1}x", "not JSON"},
      {"[1,]", "not JSON"},
      {"NaN", "not JSON"},
      {"[\"\xE4\"]", "UTF-8"},
      {"[\"\xED\xA0\x80\"]", "UTF-8"},
      {"[1e999]", "not JSON"},
      {std::string(1001, '['), "more than 1000 deep at byte 1000"},
      {std::string(1000000, '['), "more than 1000 deep"},
      {std::string(1000, '[') + "\"[[[\\\"[\"" + std::string(1000, ']'), "ok"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(Reason([&] { Parse(c.text); }), HasSubstr(c.reason)) << c.text.substr(0, 50);
  }
  MemoryByteSource source("[1, 2, 3]");
  EXPECT_THAT(Reason([&] { ReadJson(source, 8); }), HasSubstr("more than 8 bytes"));
  MemoryByteSink sink;
  EXPECT_THAT(Reason([&] { WriteJson(sink, "\xE4"); }), HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace klay
