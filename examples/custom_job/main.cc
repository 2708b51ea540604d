// loudness_report --music DIR: which recordings of a folder are louder than a limit, measured on every core.
#include <beam/beam.h>
#include <klay/klay.h>

#include <cstdio>
#include <string>

#include "measure_loudness.h"

struct Options {
  beam::Required<std::string, "the folder with the recordings"> music;
  beam::Flag<std::string, "what their names end with"> suffix = ".ogg";
  beam::Flag<double, "the loudest that is allowed, in LUFS"> limit_lufs = -14.0;
};

int main(int argc, char** argv) {
  return beam::Main(argc, argv, [](beam::Pipeline& p, const Options& options) {
    auto [audio, failed, seconds] = p
        | beam::MatchFiles("Match", options.music + "/**" + options.suffix)
        | beam::Reshuffle("Prevent Fusion")
        | beam::ReadMatches("Read")
        | beam::ParDo("Load Audio", klay::LoadAudio{});
    auto [within_limit, too_loud] =
        audio | beam::ParDo("Measure Loudness", MeasureLoudness{.limit_lufs = options.limit_lufs});

    too_loud | beam::ForEach("Print Too Loud", [](const Loudness& loudness) {
      std::printf("too loud: %.1f LUFS  %s\n", loudness.lufs, loudness.path.c_str());
    });
    failed | beam::ForEach("Print Failed", [](const klay::Failure& failure) {
      std::printf("failed: %s  %s\n", failure.path.c_str(), failure.reason.c_str());
    });
    within_limit | beam::Count("Count Within Limit") | beam::ForEach("Print Count", [](std::int64_t n) {
      std::printf("within the limit: %lld files\n", static_cast<long long>(n));
    });
    seconds
        | beam::Sum("Sum Lengths")
        | beam::ForEach("Print Length", [](double total) { std::printf("listened to: %.1f s\n", total); });
  });
}
