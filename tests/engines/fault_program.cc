// A program with a pipeline in which what goes wrong can be chosen: what faults_test.cc runs on engines.
//
// A hundred numbers become a hundred files of FOLDER/out, and FOLDER/sums gets a line with their sum.
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "beam/beam.h"
#include "beam/io/write_files.h"

struct Options {
  beam::Required<std::string, "where the results go"> folder;
  beam::Flag<std::string,
             "throw: element 50 is refused; wait: it is held until there is FOLDER/go; log: it is logged; file: "
             "FOLDER/sums gets "
             "a line of the file `staged.txt`, too">
      fault;
};

// Names its process by the file FOLDER/worker.PID when it holds an element.
struct Work {
  std::string folder;
  std::string fault;

  void ProcessElement(std::int64_t n, beam::Output<std::int64_t, "numbers"> numbers,
                      beam::Output<beam::FileContent, "files"> files) const {
    if (n == 50) Fail();
    numbers.Emit(n);
    files.Emit({folder + "/out/" + std::to_string(n), beam::Bytes(10'000, std::byte{'x'})});
  }

  void Fail() const {
    if (fault == "throw") throw beam::Error("fifty is one too many");
    if (fault == "log") beam::LogWarning("fifty has come");
    if (fault != "wait") return;
    std::ofstream(folder + "/worker." + std::to_string(getpid())).flush();
    while (!std::filesystem::exists(folder + "/go")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
};

struct KeepSum {
  std::string folder;
  std::string fault;

  void ProcessElement(std::int64_t sum) const {
    std::ofstream sums(folder + "/sums", std::ios::app);
    sums << sum << '\n';
    if (fault == "file") sums << std::ifstream(beam::StagedFile("staged.txt")).rdbuf();
  }
};

int main(int argc, char** argv) {
  return beam::Main(argc, argv, [](beam::Pipeline& p, const Options& options) {
    auto [numbers, files] = p
        | beam::Create("Count", {std::int64_t{100}})
        | beam::FlatMap("Numbers",
                        [](std::int64_t count) {
                          std::vector<std::int64_t> numbers;
                          for (std::int64_t n = 0; n < count; ++n) numbers.push_back(n);
                          return numbers;
                        })
        | beam::Reshuffle("Shuffle")
        | beam::ParDo("Work", Work{options.folder, options.fault});
    files | beam::ParDo("Write", beam::WriteFiles{});
    numbers | beam::Sum("Sum") | beam::ParDo("Keep Sum", KeepSum{options.folder, options.fault});
  });
}
