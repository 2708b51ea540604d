// WriteFiles: writes whole files, each under a path of its own.
//
//   auto [written, failed] = features
//       | Map("Encode", [](const Feature& f) { return FileContent{f.path + ".npy", ToNpy(f)}; })
//       | ParDo("Write", WriteFiles{});
//
// Parent folders are made. A file appears with all of its bytes or not at all, replacing what was there, and writing it
// again gives the same. What cannot be written (no permission, a full disk) is `failed`; the others are written.
#pragma once

#include <string>
#include <utility>

#include "beam/base/error.h"
#include "beam/coder/window.h"
#include "beam/io/file_writer.h"
#include "beam/model/output.h"

namespace beam {

struct FileContent {
  std::string path;
  Bytes bytes;
};

struct WriteFailure {
  std::string path;
  std::string reason;  // one sentence
};

struct WriteFiles {
  using Writer = FileWriter<std::string>;
  using Written = Output<std::string, "written">;
  using Failed = Output<WriteFailure, "failed">;

  Writer Setup() const { return {}; }
  void StartBundle(Writer& writer) const { writer.Clear(); }

  void ProcessElement(Writer& writer, const FileContent& file, const Window& window, Written written,
                      Failed failed) const {
    try {
      std::unique_ptr<ByteSink> sink = writer.Open(file.path);
      sink->Write(file.bytes.data(), file.bytes.size());
      writer.Keep(std::move(sink), file.path);
    } catch (const Error& error) {
      failed.Emit({file.path, error.what()});
    }
    // The end of a bundle is in no window but the global one.
    if (writer.full() || !window.is_global()) Emit(writer, written, failed);
  }

  void FinishBundle(Writer& writer, Written written, Failed failed) const { Emit(writer, written, failed); }

 private:
  static void Emit(Writer& writer, Written& written, Failed& failed) {
    writer.Finish([&](std::string&& path, const std::string& error) {
      if (error.empty()) {
        written.Emit(std::move(path));
      } else {
        failed.Emit({std::move(path), error});
      }
    });
  }
};

}  // namespace beam
