// Runs the built klay-beam, or another program, as a user does, and keeps what it said.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace klay {

struct ProgramSetup {
  std::string program = {};         // its path; empty: klay-beam, of the environment variable KLAY_BEAM_PROGRAM
  bool without_privileges = false;  // of root, who may read everything
  int standard_output = -1;         // a descriptor to use; -1: a file, given back as ProgramResult::out
  int standard_error = -1;          // likewise
  bool close_output = false;
  std::optional<std::uint64_t> largest_file = {};  // in bytes, as ulimit -f; nothing: no limit
  std::optional<std::uint64_t> most_memory = {};   // likewise, of address space, as ulimit -v
};

struct ProgramResult {
  int exit_code = -1;  // -1000 - n where signal n ended it
  std::string out;
  std::string err;
};

class KlayBeamProgram {
 public:
  explicit KlayBeamProgram(const std::vector<std::string>& arguments, const ProgramSetup& setup = {});
  ~KlayBeamProgram();
  KlayBeamProgram(const KlayBeamProgram&) = delete;
  KlayBeamProgram& operator=(const KlayBeamProgram&) = delete;

  // Waits until `text` is in its standard output, or standard error, and returns what is there so far.
  std::string WaitForOutput(const std::string& text) const;
  std::string WaitForError(const std::string& text) const;
  pid_t pid() const { return pid_; }
  void Send(int signal) const;
  ProgramResult Wait();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using TemporaryFile = std::unique_ptr<std::FILE, CloseFile>;

  TemporaryFile out_;
  TemporaryFile err_;
  pid_t pid_ = -1;
};

inline ProgramResult RunKlayBeam(const std::vector<std::string>& arguments, const ProgramSetup& setup = {}) {
  return KlayBeamProgram(arguments, setup).Wait();
}

}  // namespace klay
