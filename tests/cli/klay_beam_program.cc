#include "tests/cli/klay_beam_program.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace klay {
namespace {

std::string ContentOf(std::FILE* file) {
  std::string content;
  char block[4096];
  off_t at = 0;
  for (ssize_t got = 0; (got = pread(fileno(file), block, sizeof block, at)) > 0; at += got) {
    content.append(block, static_cast<std::size_t>(got));
  }
  return content;
}

std::string WaitFor(const std::string& text, std::FILE* file) {
  for (;;) {
    std::string content = ContentOf(file);
    if (content.find(text) != std::string::npos) return content;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// A program of root gets at exec what its bounding set allows.
bool GiveUpPrivileges() {
  return geteuid() != 0
      || (prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE) == 0 && prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH) == 0);
}

}  // namespace

KlayBeamProgram::KlayBeamProgram(const std::vector<std::string>& arguments, const ProgramSetup& setup)
    : out_(std::tmpfile()), err_(std::tmpfile()) {
  const char* const program = setup.program.empty() ? std::getenv("KLAY_BEAM_PROGRAM") : setup.program.c_str();
  if (program == nullptr) throw std::runtime_error("set KLAY_BEAM_PROGRAM to the klay-beam that was built");
  std::vector<char*> argv = {const_cast<char*>(program)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ != 0) return;
  dup2(setup.standard_output >= 0 ? setup.standard_output : fileno(out_.get()), STDOUT_FILENO);
  dup2(setup.standard_error >= 0 ? setup.standard_error : fileno(err_.get()), STDERR_FILENO);
  if (setup.close_output) close(STDOUT_FILENO);
  if (setup.without_privileges && !GiveUpPrivileges()) _exit(99);
  const auto limit = [](auto resource, const std::optional<std::uint64_t>& most) {
    if (!most) return;
    const rlimit limit{*most, *most};
    if (setrlimit(resource, &limit) != 0) _exit(97);
  };
  limit(RLIMIT_FSIZE, setup.largest_file);
  limit(RLIMIT_AS, setup.most_memory);
  execv(program, argv.data());
  _exit(98);
}

KlayBeamProgram::~KlayBeamProgram() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string KlayBeamProgram::WaitForOutput(const std::string& text) const { return WaitFor(text, out_.get()); }
std::string KlayBeamProgram::WaitForError(const std::string& text) const { return WaitFor(text, err_.get()); }

void KlayBeamProgram::Send(int signal) const { kill(pid_, signal); }

ProgramResult KlayBeamProgram::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1000 - WTERMSIG(status), ContentOf(out_.get()),
          ContentOf(err_.get())};
}

}  // namespace klay
