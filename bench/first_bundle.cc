// Writes down when its first bundle is worked on, in nanoseconds since 1970. How long a worker takes to start is the
// time from its boot program's start to that.
#include <chrono>
#include <fstream>
#include <string>

#include "beam/runners/main.h"
#include "beam/transforms/create.h"
#include "beam/transforms/par_do.h"

struct Options {
  beam::Required<std::string, "the file for the time"> time_file;
};

struct NoteTime {
  std::string file;

  void ProcessElement(int) const {
    std::ofstream(file) << std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  }
};

int main(int argc, char** argv) {
  return beam::Main(argc, argv, [](beam::Pipeline& p, const Options& options) {
    p | beam::Create("One", {1}) | beam::ParDo("Note Time", NoteTime{options.time_file});
  });
}
