#include "beam/base/child_process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "beam/base/error.h"

namespace beam {
namespace {

using testing::StartsWith;

ChildProcess::Setup Shell(const std::string& script) { return {.file = "/bin/sh", .arguments = {"sh", "-c", script}}; }

// How a program ends that nobody stops.
std::string EndOf(const std::string& script) {
  std::promise<ChildEnd> end;
  ChildProcess::Setup setup = Shell(script);
  setup.ended = [&](const ChildEnd& how) { end.set_value(how); };
  const ChildProcess child(std::move(setup));
  const ChildEnd how = end.get_future().get();
  EXPECT_TRUE(child.HasEnded());
  return (how.is_success ? "well, " : "badly, ") + how.how;
}

TEST(ChildProcessTest, TellsHowItEnded) {
  EXPECT_EQ(EndOf("exit 0"), "well, with exit code 0");
  EXPECT_EQ(EndOf("exit 3"), "badly, with exit code 3");
  EXPECT_EQ(EndOf("kill -KILL $$"), "badly, by signal 9 (Killed)");
}

TEST(ChildProcessTest, StopsWhatListensAndWhatDoesNot) {
  for (const char* const script : {"echo; exec sleep 1000", "trap '' TERM; echo; while :; do sleep 1; done"}) {
    ChildProcess::Setup setup = Shell(script);
    setup.ended = [](const ChildEnd&) { ADD_FAILURE() << "it was stopped"; };
    int said[2];
    ASSERT_EQ(pipe2(said, O_CLOEXEC), 0);
    setup.output = said[1];
    ChildProcess child(std::move(setup));
    char line = 0;
    ASSERT_EQ(read(said[0], &line, 1), 1);
    EXPECT_FALSE(child.HasEnded());
    child.Stop(std::chrono::milliseconds(100));
    EXPECT_TRUE(child.HasEnded());
    child.Stop(std::chrono::milliseconds(100));
    close(said[0]);
    close(said[1]);
  }
}

TEST(ChildProcessTest, WritesWhereItIsTold) {
  const int output = memfd_create("output", MFD_CLOEXEC);
  std::promise<void> end;
  ChildProcess::Setup setup = Shell("read nothing; echo out; echo err >&2");
  setup.output = output;
  setup.ended = [&](const ChildEnd&) { end.set_value(); };
  const ChildProcess child(std::move(setup));
  end.get_future().wait();
  char text[100];
  const ssize_t size = pread(output, text, sizeof text, 0);
  EXPECT_EQ(std::string(text, static_cast<std::size_t>(size)), "out\nerr\n");
  close(output);
}

TEST(ChildProcessTest, WhatCannotBeStartedIsNamed) {
  for (const auto& [file, why] :
       {std::pair("/none/such", "No such file or directory"), {"/tmp", "Permission denied"}}) {
    try {
      const ChildProcess child({.file = file, .arguments = {file}});
      ADD_FAILURE() << file;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()), std::string("cannot start ") + file + ": " + why);
    }
  }
}

}  // namespace
}  // namespace beam
