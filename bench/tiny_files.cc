// Matches every file of a folder, reads each and counts those of the right size; prints the count. How fast files go
// through a pipeline when nothing is done with what they hold.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>

#include "beam/io/match_files.h"
#include "beam/io/read_matches.h"
#include "beam/runners/main.h"
#include "beam/transforms/count.h"
#include "beam/transforms/map.h"
#include "beam/transforms/reshuffle.h"

struct Options {
  beam::Required<std::string, "the folder with the files, each of 12 bytes"> folder;
};

int main(int argc, char** argv) {
  return beam::Main(argc, argv, [](beam::Pipeline& p, const Options& options) {
    p
        | beam::MatchFiles("Match", options.folder + "/**")
        | beam::Reshuffle("Prevent Fusion")
        | beam::ReadMatches("Read")
        | beam::Map("Contents", [](const beam::ReadableFile& file) { return file.ReadUtf8(); })
        | beam::Filter("Whole", [](const std::string& text) { return text.size() == 12; })
        | beam::Count("Count")
        | beam::ForEach("Print", [](std::int64_t n) { std::printf("%" PRId64 "\n", n); });
  });
}
