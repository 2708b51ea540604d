// The command line of klay-beam: what a user who mistypes is told. One sentence on standard error, exit code 2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "beam/io/test_files.h"
#include "tests/cli/klay_beam_program.h"

namespace klay {
namespace {

using beam::testing_files::TestFolder;
using testing::HasSubstr;

struct Mistake {
  std::vector<std::string> arguments;  // FOLDER stands for a folder with a.mp3 in it
  std::string sentence;
};

TEST(UsageTest, MistakesAreOneSentenceAndExitCode2) {
  const TestFolder folder;
  folder.File("music/a.mp3", "no music");
  const std::string music = folder / "music";
  const std::string path = "--source_audio_path";
  const std::string suffix = "--source_audio_suffix";
  const Mistake cases[] = {
      {{"run-exmple"}, "unknown command 'run-exmple': did you mean run-example?"},
      {{"transmogrify"}, "unknown command 'transmogrify': see klay-beam --help"},
      {{"run-example"}, "--source_audio_path is missing: the folder"},
      {{"run-example", path, music}, "--source_audio_suffix is missing: "},
      {{"run-example", path, music, suffix}, "--source_audio_suffix needs a value"},
      {{"run-example", path, "--quiet", suffix, ".mp3"}, "--source_audio_path needs a value"},
      {{"run-example", path, music, suffix, ".mp3", "--runer", "Direct"},
       "unknown flag --runer: did you mean --runner?"},
      {{"run-example", path, music, suffix, ".mp3", "--zebra=1"},
       "unknown flag --zebra: see klay-beam run-example --help"},
      {{"run-example", path, music, suffix, ".mp3", "extra"}, "unexpected argument 'extra'"},
      {{"run-example", path, "", suffix, ".mp3"}, "--source_audio_path is empty"},
      {{"run-example", path, music, suffix, ""}, "--source_audio_suffix is empty"},
      {{"run-example", path, music + "/none", suffix, ".mp3"}, "/music/none\" does not exist: give the folder"},
      {{"run-example", path, music + "/a.mp3", suffix, ".mp3"}, "/music/a.mp3\" is not a folder: give the folder that"},
      {{"run-example", path, "zip://x", suffix, ".mp3"},
       "\"zip://x\" cannot be used: no file system is registered for zip://"},
      {{"run-example", path, music, suffix, ".mp3", "--runner", "Dirct"}, "such as Direct, not 'Dirct'"},
      {{"run-example", path, music, suffix, ".mp3", "--runner", "flinkrunner"},
       "--runner Flink needs --job_endpoint, HOST:PORT of the engine's job service"},
      {{"run-example", path, music, suffix, ".mp3", "--runner", "Portable"}, "--runner Portable needs --job_endpoint"},
      {{"run-example", path, music, suffix, ".mp3", "--runner", "Portable", "--job_endpoint", "127.0.0.1:1"},
       "no job service answers at 127.0.0.1:1 (--job_endpoint)"},
      {{"run-example", path, music, suffix, ".mp3", "--runner", "Portable", "--job_endpoint", "127.0.0.1:1",
        "--environment_type", "CLOUD"},
       "--environment_type must be LOOPBACK, EXTERNAL, PROCESS or DOCKER, not CLOUD"},
      {{"run-example", path, music, suffix, ".mp3", "--engine_option", "parallelism=2"},
       "--engine_option parallelism=2 is for an engine, and --runner Direct is none"},
      {{"run-example", path, music, suffix, ".mp3", "--runner", "Prism", "--engine_option", "numberOfRetries=2"},
       "--engine_option must be NAME=VALUE, such as number_of_execution_retries=3, not 'numberOfRetries=2'"},
      {{"run-example", path, music, suffix, ".mp3", "--runner", "Prism", "--engine_option", "parallelism"},
       "--engine_option must be NAME=VALUE, such as number_of_execution_retries=3, not 'parallelism'"},
      {{"run-example", path, music, suffix, ".mp3", "--files_to_stage", music + "/a.mp3," + music + "/none"},
       "/music/none' cannot be taken along: No such file or directory"},
      {{"run-example", path, music, suffix, ".mp3", "--files_to_stage", music}, "cannot be taken along: it is no file"},
      {{"run-example", path, music, suffix, ".mp3", "--files_to_stage", music + "/a.mp3", "--files_to_stage",
        music + "/a.mp3"},
       "cannot be taken along: there is another one of its name"},
      {{"run-example", path, music, suffix, ".mp3", "--runner", "Portable", "--job_endpoint", "127.0.0.1:1",
        "--environment_type", "PROCESS", "--sdk_location", music + "/a.mp3"},
       "/music/a.mp3 is no program that can be taken along: Permission denied"},
      {{"run-example", path, "gs://music/in", suffix, ".mp3", "--runner=Dataflow"},
       "--runner Dataflow needs --project"},
      {{"run-example", path, music, suffix, ".mp3", "--runner=Dataflow"},
       "--source_audio_path \"" + music
           + "\" is on this machine, where the workers of --runner Dataflow cannot see it: "
             "give a path in a store, such as gs://BUCKET/FOLDER (\"klay-beam cp\" copies files there)"},
      {{"transcode", "--src_dir", "gs://music/in", "--audio_suffix", ".mp3", "--target_audio_suffix", ".wav",
        "--target_dir", music, "--runner=Dataflow"},
       "--target_dir \"" + music + "\" is on this machine"},
      {{"stats", path, "gs://music/in", "--stats_json", music + "/stats.json", "--runner=Dataflow"},
       "--stats_json \"" + music + "/stats.json\" is on this machine"},
      {{"gpu-check", "--gpu_json", music + "/gpus.json", "--runner=Dataflow"},
       "--gpu_json \"" + music + "/gpus.json\" is on this machine"},
      {{"run-example", path, music, suffix, ".mp3", "--dry_run", "--dataflow_job_file", "job.json"},
       "--dataflow_job_file is about the request of --runner Dataflow, and --runner Direct makes none: "
       "give --runner Dataflow, or leave it out"},
      {{"run-example", path, music, suffix, ".mp3", "--runner=Prism", "--dry_run", "--dump_pipeline", "p.txt"},
       "--dump_pipeline writes the pipeline of a run, and with --dry_run there is none: leave one of them out"},
      {{"run-example", path, music, suffix, ".mp3", "--price_per_gb_hour", "0.1"},
       "--price_per_gb_hour is about the estimate, which only --dry_run makes: give that, too, or leave it out"},
      {{"run-example", path, music, suffix, ".mp3", "--setup_file", "setup.py"}, "--setup_file is of Python packages"},
      {{"gpu-check", "--dry_run"}, "--dry_run has nothing to tell: the job has no input files"},
      {{"transcode", "--src_dir", music, "--audio_suffix", ".mp3", "--target_audio_suffix", ".wav", "--dry_run",
        "--price_per_vcpu_hour", "-1"},
       "--price_per_vcpu_hour must be a number that is not negative"},
      {{"run-example", path, music, suffix, ".mp3", "--direct_num_workers", "two"},
       "--direct_num_workers must be a whole number from -2147483648 to 2147483647, not 'two'"},
      {{"run-example", path, music, suffix, ".mp3", "--direct_num_workers", "-1"},
       "must be from 0 (one per core) to 4096"},
      {{"run-example", path, music, suffix, ".mp3", "--max_memory", "much"},
       "must be a size such as 500MB or 2GiB, not 'much'"},
      {{"run-example", path, music, suffix, ".mp3", "--on_damage", "ignore"}, "must be one of fail|keep, not 'ignore'"},
      {{"run-example", path, music, suffix, ".mp3", "--strict=maybe"}, "--strict must be true or false, not 'maybe'"},
      {{"run-example", path, music, suffix, ".mp3", "--temp_location", music + "/no"}, "--temp_location"},
      {{"run-example", path, music, suffix, ".mp3", "--metrics_json", music + "/a.mp3/m.json"},
       "--metrics_json cannot be used: "},
  };
  for (const Mistake& mistake : cases) {
    const ProgramResult result = RunKlayBeam(mistake.arguments);
    SCOPED_TRACE(testing::PrintToString(mistake.arguments) + "\n" + result.err);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr(mistake.sentence));
    EXPECT_EQ(result.err.find('\n'), result.err.size() - 1) << "it is not one line";
  }
}

TEST(UsageTest, AnEmptyMatchIsAMistakeAndSaysWhatToTry) {
  const TestFolder folder;
  folder.Folder("empty");
  folder.File("upper/a/B.MP3", "x");
  folder.File("other/readme.txt", "x");
  struct Case {
    std::string folder;
    std::string sentence;
  };
  const Case cases[] = {
      {"empty", "ends in \".mp3\": there are no files at all; check --source_audio_path"},
      {"upper", "there are files in \".MP3\", and letter case counts; give that as --source_audio_suffix"},
      {"other", "there are only others; check --source_audio_path and --source_audio_suffix"},
  };
  for (const Case& c : cases) {
    const ProgramResult result = RunKlayBeam(
        {"run-example", "--source_audio_path", folder / c.folder, "--source_audio_suffix", ".mp3", "--quiet"});
    EXPECT_EQ(result.exit_code, 2) << c.folder;
    EXPECT_THAT(result.err, HasSubstr(c.sentence));
    EXPECT_EQ(result.out, "");
  }
}

TEST(UsageTest, AFolderThatMayNotBeReadIsNamedWithItsFlag) {
  const TestFolder folder;
  folder.File("closed/a.mp3", "x");
  std::filesystem::permissions(folder / "closed", std::filesystem::perms::none);
  const ProgramResult result =
      RunKlayBeam({"run-example", "--source_audio_path", folder / "closed", "--source_audio_suffix", ".mp3"},
                  {.without_privileges = true});
  std::filesystem::permissions(folder / "closed", std::filesystem::perms::owner_all);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--source_audio_path \"" + folder / "closed" + "\" cannot be used: "));
  EXPECT_THAT(result.err, HasSubstr("Permission denied"));
}

TEST(UsageTest, ARunSaysWhatWasGivenAndWhatItsRunnerUses) {
  const TestFolder folder;
  folder.Folder("music");
  struct Case {
    std::vector<std::string> more;
    std::string said;
    std::string log;
  };
  const std::string first = "run-example\n"
                            "  --source_audio_path   " + folder / "music" + "\n"
                            "  --source_audio_suffix .mp3\n"
                            "  --on_damage           fail\n";
  const Case cases[] = {
      {{},
       "  --runner              Direct\n"
       "  --direct_running_mode in_memory\n"
       "  --direct_max_attempts 4\n"
       "  --log_level           INFO\n",
       ""},
      // What was given is said, of other runners, too, and where it is the default.
      {{"--max_num_workers=3", "--strict=false", "--hdfs_port=9870"},
       "  --strict              false\n"
       "  --runner              Direct\n"
       "  --direct_running_mode in_memory\n"
       "  --direct_max_attempts 4\n"
       "  --log_level           INFO\n"
       "  --hdfs_port           9870\n"
       "  --max_num_workers     3\n",
       "--runner Direct takes no notice of --max_num_workers\n"},
      {{"--runner=Prism", "--dry_run"},
       "  --dry_run             true\n"
       "  --runner              Prism\n"
       "  --sdk_location        default\n"
       "  --log_level           INFO\n",
       ""},
      // What stands for another flag says it.
      {{"--runner=Prism", "--dry_run", "--worker_binary=worker"},
       "  --dry_run             true\n"
       "  --runner              Prism\n"
       "  --worker_binary       worker\n"
       "  --log_level           INFO\n",
       ""},
  };
  for (const Case& c : cases) {
    std::vector<std::string> arguments = {"run-example", "--source_audio_path", folder / "music",
                                          "--source_audio_suffix", ".mp3"};
    arguments.insert(arguments.end(), c.more.begin(), c.more.end());
    const ProgramResult result = RunKlayBeam(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.err;  // there is no file
    EXPECT_EQ(result.out, first + c.said);
    EXPECT_THAT(result.err, HasSubstr(c.log));
  }
}

TEST(UsageTest, HelpAndVersionGoToStandardOutput) {
  struct Case {
    std::vector<std::string> arguments;
    std::string text;
  };
  const Case cases[] = {
      {{"--help"}, "run-example  Decodes every audio file"},
      {{"--version"}, "klay-beam 0."},
      {{"run-example", "--help"}, "--source_audio_path TEXT  (required)"},
      {{"run-example", "--help"}, "--direct_num_workers NUMBER  (default: 0)"},
      {{"run-example", "--zebra", "--help"}, "--on_damage fail|keep  (default: fail)"},
  };
  for (const Case& c : cases) {
    const ProgramResult result = RunKlayBeam(c.arguments);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.out, HasSubstr(c.text));
    EXPECT_EQ(result.err, "");
  }
  const ProgramResult nothing = RunKlayBeam({});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("Usage: klay-beam COMMAND"));
}

}  // namespace
}  // namespace klay
