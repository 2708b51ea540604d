#include "klay/transforms/load_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "beam/io/match_files.h"
#include "beam/io/read_matches.h"
#include "beam/io/test_files.h"
#include "beam/testing/passert.h"
#include "beam/testing/test_pipeline.h"
#include "beam/transforms/map.h"

namespace klay {
namespace {

using beam::PAssert;
using beam::testing_files::TestFolder;
using Json = nlohmann::ordered_json;

std::string ShortName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

TEST(LoadJsonTest, KeepsThePathAndFailsWithTheReason) {
  const TestFolder folder;
  folder.File("a.json", "{\"z\": [1, 2.5, null], \"a\": \"\u00e4\"}");
  folder.File("bom.json", "\xEF\xBB\xBF[true]");
  folder.File("latin1.json", "[\"\xE4\"]");
  folder.File("syntax.json", "{\"a\": 1,}");
  folder.File("empty.json");
  folder.File("long.json", "\"" + std::string(100, 'x') + "\"");
  beam::TestPipeline p;
  const auto [values, failed] = p
      | beam::MatchFiles("Match", folder / "*.json")
      | beam::ReadMatches("Read")
      | beam::ParDo("Load Json", LoadJson{.max_bytes = 100});
  const auto texts = values
      | beam::Reshuffle("Travel")
      | beam::Map("Texts", [](const JsonFile& file) { return ShortName(file.path) + ' ' + file.value.dump(); });
  PAssert::That(texts).ContainsInAnyOrder({"a.json {\"z\":[1,2.5,null],\"a\":\"\u00e4\"}", "bom.json [true]"});
  const auto reasons = failed | beam::Map("Reasons", [](const Failure& failure) {
                         return ShortName(failure.path) + ": " + failure.reason.substr(0, 21);
                       });
  PAssert::That(reasons).Satisfies("Tell Why", [](const std::vector<std::string>& found) -> std::string {
    std::string missing;
    for (const char* const begin : {"latin1.json: not JSON: ", "syntax.json: not JSON: ",
                                    "empty.json: the file is empty", "long.json: a JSON file of more"}) {
      bool there = false;
      for (const std::string& reason : found) there = there || reason.starts_with(begin);
      if (!there) missing += begin;
    }
    return found.size() == 4 ? missing : "there are " + std::to_string(found.size());
  });
  p.Run();
}

TEST(JsonCoderTest, ComesBackAsItWas) {
  const Json cases[] = {nullptr,
                        true,
                        -3,
                        18446744073709551615U,
                        0.1,
                        5e-324,
                        -0.0,
                        "\u00e4\n\"",
                        Json::array(),
                        Json::object(),
                        Json::parse("{\"z\":1,\"a\":[1,2.5,null,{\"x\":\"y\"}],\"m\":{\"k\":[[]]}}")};
  for (const Json& json : cases) {
    const JsonFile file{"a.json", json};
    beam::Writer out;
    beam::Coder<JsonFile>::Encode(file, out);
    beam::Reader in(out.view());
    const JsonFile back = beam::Coder<JsonFile>::Decode(in);
    EXPECT_TRUE(in.empty());
    EXPECT_EQ(back.path, "a.json");
    EXPECT_EQ(back.value, json);
    EXPECT_EQ(back.value.dump(), json.dump());
    EXPECT_EQ(back.value.type(), json.type());
    EXPECT_LE(beam::Coder<Json>::ByteSize(json), 2 * json.dump().size() + 8);
  }
}

TEST(JsonCoderTest, MalformedBytesAreAnError) {
  for (const std::string& bytes : {std::string("\x03{\"a", 4), std::string("\x02[", 2), std::string("\0", 1)}) {
    beam::Reader in(bytes);
    EXPECT_THROW(beam::Coder<Json>::Decode(in), beam::Error);
  }
}

}  // namespace
}  // namespace klay
