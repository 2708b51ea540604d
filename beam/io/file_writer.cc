#include "beam/io/file_writer.h"

#include "beam/io/file_systems.h"

namespace beam {
namespace internal {

std::unique_ptr<ByteSink> OpenForWriting(const std::string& path) { return FileSystemFor(path)->OpenWrite(path); }

void PendingFiles::Keep(std::unique_ptr<ByteSink> sink) {
  auto file_system = FileSystemFor(sink->path());
  kept_.push_back({std::move(file_system), std::move(sink)});
}

std::vector<std::string> PendingFiles::Finish() {
  const std::vector<Kept> kept = std::exchange(kept_, {});
  std::vector<std::string> errors;
  // Those of one file system that follow each other, together.
  for (std::size_t begin = 0; begin < kept.size();) {
    std::vector<ByteSink*> sinks;
    FileSystem& file_system = *kept[begin].file_system;
    for (; begin < kept.size() && kept[begin].file_system.get() == &file_system; ++begin) {
      sinks.push_back(kept[begin].sink.get());
    }
    for (std::string& error : file_system.FinishAll(sinks)) errors.push_back(std::move(error));
  }
  return errors;
}

}  // namespace internal

void WriteFile(const std::string& path, std::string_view bytes) {
  const std::unique_ptr<ByteSink> sink = internal::OpenForWriting(path);
  sink->Write(bytes.data(), bytes.size());
  sink->Finish();
}

}  // namespace beam
