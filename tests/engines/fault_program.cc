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
             "throw: element 50 is refused; wait: it is held until there is FOLDER/go; log: it is logged; large: it "
             "becomes a text of --bytes; flood: it becomes texts of a megabyte each, --bytes in all; file: FOLDER/sums "
             "gets a line of the file `staged.txt`, too">
      fault;
  beam::Flag<std::uint64_t, "how much becomes of element 50"> bytes = 0;
};

// Names its process by the file FOLDER/worker.PID when it holds an element.
struct Work {
  std::string folder;
  std::string fault;
  std::uint64_t bytes = 0;

  void ProcessElement(std::int64_t n, beam::Output<std::int64_t, "numbers"> numbers,
                      beam::Output<beam::FileContent, "files"> files, beam::Output<std::string, "texts"> texts) const {
    if (n == 50) Fail(texts);
    numbers.Emit(n);
    files.Emit({folder + "/out/" + std::to_string(n), beam::Bytes(10'000, std::byte{'x'})});
  }

  void Fail(beam::Output<std::string, "texts"> texts) const {
    if (fault == "throw") throw beam::Error("fifty is one too many");
    if (fault == "log") beam::LogWarning("fifty has come");
    if (fault == "large") texts.Emit(std::string(bytes, 'x'));
    constexpr std::uint64_t kMegabyte = 1'000'000;
    for (std::uint64_t sent = 0; fault == "flood" && sent < bytes; sent += kMegabyte) {
      texts.Emit(std::string(kMegabyte, 'x'));
    }
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
    auto [numbers, files, texts] = p
        | beam::Create("Count", {std::int64_t{100}})
        | beam::FlatMap("Numbers",
                        [](std::int64_t count) {
                          std::vector<std::int64_t> numbers;
                          for (std::int64_t n = 0; n < count; ++n) numbers.push_back(n);
                          return numbers;
                        })
        | beam::Reshuffle("Shuffle")
        | beam::ParDo("Work", Work{options.folder, options.fault, options.bytes});
    files | beam::ParDo("Write", beam::WriteFiles{});
    texts | beam::Reshuffle("Spread") | beam::ForEach("Drop", [](const std::string&) {});
    numbers | beam::Sum("Sum") | beam::ParDo("Keep Sum", KeepSum{options.folder, options.fault});
  });
}
