// FileWriter: the files that a bundle writes, finished together, as a disk takes milliseconds to make a small file
// durable and hardly longer for fifty.
//
//   struct WriteFn {
//     using Writer = beam::FileWriter<std::string>;
//     Writer Setup() const { return {}; }
//     void StartBundle(Writer& writer) const { writer.Clear(); }
//     void ProcessElement(Writer& writer, const T& element, beam::Output<std::string> done) const {
//       std::unique_ptr<beam::ByteSink> sink = writer.Open(path);
//       ...                                                  // sink->Write(...)
//       writer.Keep(std::move(sink), path);
//       if (writer.full()) Emit(writer, done);
//     }
//     void FinishBundle(Writer& writer, beam::Output<std::string> done) const { Emit(writer, done); }
//
// Files that are kept become visible when Finish() is called, at the latest when the bundle ends. A bundle that fails
// drops those that are not; its retry writes all of them anew.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beam/base/byte_sink.h"
#include "beam/io/file_system.h"

namespace beam {
namespace internal {

std::unique_ptr<ByteSink> OpenForWriting(const std::string& path);

// One thread.
class PendingFiles {
 public:
  void Keep(std::unique_ptr<ByteSink> sink);
  std::size_t size() const { return kept_.size(); }
  // Finishes all. Returns what went wrong with each, or an empty text.
  std::vector<std::string> Finish();
  void Clear() { kept_.clear(); }

 private:
  struct Kept {
    std::shared_ptr<FileSystem> file_system;
    std::unique_ptr<ByteSink> sink;
  };
  std::vector<Kept> kept_;
};

}  // namespace internal

// Result is what is to be said of each file once it is there. One thread.
template <class Result>
class FileWriter {
 public:
  // Throws Error, naming the file (FileSystem::OpenWrite).
  std::unique_ptr<ByteSink> Open(const std::string& path) { return internal::OpenForWriting(path); }

  void Keep(std::unique_ptr<ByteSink> sink, Result result) {
    files_.Keep(std::move(sink));
    results_.push_back(std::move(result));
  }

  // Each kept file is an open one, of which a process may have a thousand.
  bool full() const { return files_.size() >= 64; }

  // Finishes what was kept. Calls each(Result&&, const std::string& error) for every file, in the order in which they
  // were kept; `error` is empty where all went well.
  template <class Each>
  void Finish(Each&& each) {
    const std::vector<std::string> errors = files_.Finish();
    std::vector<Result> results = std::exchange(results_, {});
    for (std::size_t i = 0; i < results.size(); ++i) each(std::move(results[i]), errors[i]);
  }

  void Clear() {
    files_.Clear();
    results_.clear();
  }

 private:
  internal::PendingFiles files_;
  std::vector<Result> results_;
};

// Writes a whole file now: it appears with all of its bytes, or not at all.
void WriteFile(const std::string& path, std::string_view bytes);

}  // namespace beam
