#include "beam/runners/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "beam/runners/options_set.h"

namespace {

enum class Quality { kFast, kBest };

struct Options {
  beam::Required<std::string, "the text to read"> input;
  beam::Flag<int, "how many"> count = 3;
  beam::Flag<bool, "say less"> quiet;
  beam::Flag<std::optional<double>, "where to cut"> crop;
  beam::Flag<std::vector<std::string>, "genres to keep"> genre;
  beam::Flag<Quality> quality = Quality::kBest;
  beam::Flag<beam::ByteSize> memory;
  std::string plain = "as is";
  std::optional<std::int64_t> limit;

  void Validate() const {
    if (count > 100) throw beam::UsageError("--count is at most 100");
  }
};

}  // namespace

template <>
struct beam::FlagChoices<Quality> {
  static constexpr beam::FlagChoice<Quality> kAll[] = {{"fast", Quality::kFast}, {"best", Quality::kBest}};
};

namespace beam {
namespace {

// The flags that differ from their defaults, as name=value, or the sentence of the UsageError.
std::string Parsed(const std::vector<std::string>& arguments) {
  Options options;
  FlagSet flags("count-words", "Counts words.");
  flags.Add("Options", options);
  try {
    if (!flags.Parse(arguments)) return "help";
  } catch (const UsageError& error) {
    return error.what();
  }
  std::string text;
  for (const FlagSpec* const flag : flags.flags()) {
    if (flag->text() != flag->default_text) text += (text.empty() ? "" : " ") + flag->name + "=" + flag->text();
  }
  return text;
}

TEST(FlagSetTest, ReadsFlagsInBothForms) {
  struct Case {
    std::vector<std::string> arguments;
    std::string parsed;
  };
  const Case cases[] = {
      {{"--input", "a.txt"}, "input=a.txt"},
      {{"--input=a.txt"}, "input=a.txt"},
      {{"--input=a=b", "--count", "7"}, "input=a=b count=7"},
      {{"--input", "[live]"}, "input=[live]"},
      {{"--input=--odd"}, "input=--odd"},
      {{"--input", "-"}, "input=-"},
      {{"--input=x", "--count", "-5"}, "input=x count=-5"},
      {{"--input", "a", "--input", "b"}, "input=b"},
      {{"--input", "x", "--quiet"}, "input=x quiet=true"},
      {{"--input", "x", "--quiet=no"}, "input=x"},
      {{"--quiet", "--input", "x"}, "input=x quiet=true"},
      {{"--input", "x", "--genre", "jazz", "--genre=[a,b]"}, "input=x genre=jazz, [a,b]"},
      {{"--input", "x", "--crop", "1.5", "--limit=12"}, "input=x crop=1.5 limit=12"},
      {{"--input", "x", "--quality", "FAST"}, "input=x quality=fast"},
      {{"--input", "x", "--memory", "2GiB"}, "input=x memory=2GiB"},
      {{"--input", "x", "--plain="}, "input=x plain="},
      {{"--input", "\xFF\n"}, "input=\xFF\n"},
      {{"--count", "x", "--help"}, "help"},
      {{"-h"}, "help"},

      {{}, "--input is missing: the text to read; see count-words --help"},
      {{"--input"}, "--input needs a value: --input TEXT"},
      {{"--input", "--count", "3"}, "--input needs a value: --input TEXT"},
      {{"--input", "x", "y"},
       "unexpected argument 'y': values belong to flags, as in --flag y; see count-words --help"},
      {{"--inptu", "x"}, "unknown flag --inptu: did you mean --input?"},
      {{"--Quiet"}, "unknown flag --Quiet: did you mean --quiet?"},
      {{"--hlep"}, "unknown flag --hlep: did you mean --help?"},
      {{"--banana=1"}, "unknown flag --banana: see count-words --help"},
      {{"--"}, "unknown flag --: see count-words --help"},
      {{"--input", "x", "--count", "3x"}, "--count must be a whole number from -2147483648 to 2147483647, not '3x'"},
      {{"--input", "x", "--count", "3000000000"},
       "--count must be a whole number from -2147483648 to 2147483647, not '3000000000'"},
      {{"--input", "x", "--count="}, "--count must be a whole number from -2147483648 to 2147483647, not ''"},
      {{"--input", "x", "--crop", "nan"}, "--crop must be a number such as 0.5, not 'nan'"},
      {{"--input", "x", "--quiet=perhaps"}, "--quiet must be true or false, not 'perhaps'"},
      {{"--input", "x", "--quality", "ok"}, "--quality must be one of fast|best, not 'ok'"},
      {{"--input", "x", "--count", "101"}, "--count is at most 100"},
  };
  for (const Case& c : cases) EXPECT_EQ(Parsed(c.arguments), c.parsed) << testing::PrintToString(c.arguments);
}

TEST(FlagSetTest, HelpShowsEveryFlagWithItsDefault) {
  Options options;
  FlagSet flags("count-words", "Counts words.");
  flags.Add("Options", options);
  EXPECT_EQ(flags.Help(),
            "Counts words.\n\nUsage: count-words --input TEXT [--flag value ...]\n\nOptions:\n"
            "  --input TEXT  (required)\n      the text to read\n"
            "  --count NUMBER  (default: 3)\n      how many\n"
            "  --quiet\n      say less\n"
            "  --crop NUMBER\n      where to cut\n"
            "  --genre TEXT  (may be repeated)\n      genres to keep\n"
            "  --quality fast|best  (default: best)\n"
            "  --memory SIZE  (default: 0)\n"
            "  --plain TEXT  (default: as is)\n"
            "  --limit NUMBER\n");
}

TEST(FlagTest, IsUsedAsWhatItIs) {
  Options options;
  options.input = "a";
  options.count = 4;
  EXPECT_EQ(options.input + "/**", "a/**");
  EXPECT_EQ(options.count + 1, 5);
  EXPECT_FALSE(options.quiet);
  EXPECT_FALSE(options.crop.has_value());
  EXPECT_TRUE(options.genre.empty());
}

TEST(ByteSizeTest, ReadsUnits) {
  struct Case {
    std::string text;
    std::optional<std::uint64_t> bytes;
  };
  const Case cases[] = {
      {"0", 0},
      {"4096", 4096},
      {"10B", 10},
      {"1kB", 1000},
      {"1KiB", 1024},
      {"500MB", 500'000'000},
      {"2GiB", std::uint64_t{2} << 30},
      {"2gib", std::uint64_t{2} << 30},
      {"1.5GiB", std::uint64_t{3} << 29},
      {"3 TB", 3'000'000'000'000},
      {"", {}},
      {"GiB", {}},
      {"2G", {}},
      {"-1GB", {}},
      {"1e3", {}},
      {"2PB", 2'000'000'000'000'000},
      {"9999999999TiB", {}},
      {"1..5GB", {}},
  };
  for (const Case& c : cases) {
    if (c.bytes) {
      EXPECT_EQ(FlagValue<ByteSize>::Parse(c.text).bytes, *c.bytes) << c.text;
      EXPECT_EQ(FlagValue<ByteSize>::Parse(FlagValue<ByteSize>::Text({*c.bytes})).bytes, *c.bytes) << c.text;
    } else {
      EXPECT_THROW(FlagValue<ByteSize>::Parse(c.text), UsageError) << c.text;
    }
  }
}

TEST(RunnerTest, KnowsBeamsNames) {
  struct Case {
    const char* text;
    Runner runner;
  };
  const Case cases[] = {
      {"Direct", Runner::kDirect},     {"DirectRunner", Runner::kDirect}, {"directrunner", Runner::kDirect},
      {"PRISM", Runner::kPrism},       {"PrismRunner", Runner::kPrism},   {"portable", Runner::kPortable},
      {"FlinkRunner", Runner::kFlink}, {"spark", Runner::kSpark},         {"DataflowRunner", Runner::kDataflow},
  };
  for (const Case& c : cases) EXPECT_EQ(FlagValue<Runner>::Parse(c.text), c.runner) << c.text;
  EXPECT_THROW(FlagValue<Runner>::Parse(""), UsageError);
  try {
    FlagValue<Runner>::Parse("Flonk");
    ADD_FAILURE();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "must be a runner that Beam has, such as Flink");
  }
}

// What `read` makes of pipeline options with these flags, or the sentence of the UsageError.
template <class Read>
std::string FromPipelineFlags(const std::vector<std::string>& arguments, Read read) {
  PipelineOptions options;
  FlagSet flags("count-words", "Counts words.");
  flags.Add("Options of every pipeline", options);
  try {
    flags.Parse(arguments);
    return read(options);
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(PipelineOptionsTest, SayWhereWorkersAre) {
  struct Case {
    std::vector<std::string> arguments;
    std::string environment;
  };
  const std::string too_much =
      "--sdk_container_image says all there is to say: leave out --environment_type and --environment_config";
  const Case cases[] = {
      {{}, "LOOPBACK "},
      {{"--environment_type", "PROCESS"}, "PROCESS "},
      {{"--environment_type", "DOCKER", "--environment_config", "image:1"}, "DOCKER image:1"},
      {{"--sdk_container_image", "image:1"}, "DOCKER image:1"},
      {{"--sdk_container_image", "image:1", "--environment_type", "DOCKER"}, "DOCKER image:1"},
      {{"--sdk_container_image", "image:1", "--environment_type", "PROCESS"}, too_much},
      {{"--sdk_container_image", "image:1", "--environment_config", "image:2"}, too_much},
  };
  for (const Case& c : cases) {
    const auto read = [](const PipelineOptions& o) { return o.EnvironmentType() + " " + o.EnvironmentConfig(); };
    EXPECT_EQ(FromPipelineFlags(c.arguments, read), c.environment) << testing::PrintToString(c.arguments);
  }
}

TEST(PipelineOptionsTest, SayWhatWorkersRun) {
  struct Case {
    std::vector<std::string> arguments;
    std::string location;
  };
  const std::string two = "--sdk_location and --worker_binary say different things: leave one out";
  const Case cases[] = {
      {{}, "default"},
      {{"--sdk_location", "container"}, "container"},
      {{"--worker_binary", "./w"}, "./w"},
      {{"--worker_binary", "./w", "--sdk_location", "./w"}, "./w"},
      {{"--worker_binary", "./w", "--sdk_location", "container"}, two},
  };
  for (const Case& c : cases) {
    const auto read = [](const PipelineOptions& o) { return o.SdkLocation(); };
    EXPECT_EQ(FromPipelineFlags(c.arguments, read), c.location) << testing::PrintToString(c.arguments);
  }
}

TEST(PipelineOptionsTest, ReadResourceHints) {
  struct Case {
    std::vector<std::string> arguments;
    std::string hints;
  };
  const Case cases[] = {
      {{}, "0 0 "},
      {{"--resource_hints", "min_ram=16GB"}, "16000000000 0 "},
      {{"--resource_hint", "minRam=1.5GiB", "--resource_hints", "cpuCount=4"}, "1610612736 4 "},
      {{"--resource_hints=accelerator=type:nvidia-l4;count:1"}, "0 0 type:nvidia-l4;count:1"},
      {{"--resource_hints", "min_ram=much"},
       "the resource hint min_ram must be a size such as 16GB or 1.5GiB, not 'much'"},
      {{"--resource_hints", "min_ram"}, "the resource hint min_ram must be a size such as 16GB or 1.5GiB, not ''"},
      {{"--resource_hints", "cpu_count=0"}, "the resource hint cpu_count must be a number of at least 1, not '0'"},
      {{"--resource_hints", "cpu_count=two"}, "the resource hint cpu_count must be a number of at least 1, not 'two'"},
      {{"--resource_hints", "accelerator="}, "the resource hint accelerator needs a value: accelerator=VALUE"},
      {{"--resource_hints", "accelerator=a b"},
       "the resource hint accelerator must be like type:nvidia-l4;count:1;install-nvidia-driver, not 'a b'"},
      {{"--resource_hints", "gpu=1"}, "there is no resource hint 'gpu': there are min_ram, accelerator and cpu_count"},
  };
  for (const Case& c : cases) {
    const auto read = [](const PipelineOptions& o) {
      const ResourceHints hints = o.ResourceHintsOfPipeline();
      return std::to_string(hints.min_ram.bytes()) + " " + std::to_string(hints.cpu_count) + " " + hints.accelerator;
    };
    EXPECT_EQ(FromPipelineFlags(c.arguments, read), c.hints) << testing::PrintToString(c.arguments);
  }
}

TEST(PipelineOptionsTest, RefuseADumpOfAnUnknownKind) {
  const auto read = [](const PipelineOptions& o) { return o.dump_pipeline.value(); };
  for (const char* const good : {"a.txt", "b/a.textproto", "a.pbtxt", "a.pb", "a.binpb", "a.dot", ""}) {
    EXPECT_EQ(FromPipelineFlags({"--dump_pipeline=" + std::string(good)}, read), good);
  }
  EXPECT_EQ(FromPipelineFlags({"--dump_pipeline", "a.json"}, read),
            "--dump_pipeline 'a.json' must end in one of .txt, .textproto, .pbtxt, .pb, .binpb, .dot");
}

}  // namespace

TEST(RunningModeTest, HasTheNamesOfOtherSdks) {
  for (const char* const name : {"in_memory", "fn_api"}) {
    EXPECT_EQ(FlagValue<DirectRunningMode>::Text(FlagValue<DirectRunningMode>::Parse(name)), name);
  }
  EXPECT_THROW(FlagValue<DirectRunningMode>::Parse("multi_processing"), UsageError);
}

}  // namespace beam
