#include "beam/runners/job/engine_error.h"

#include <gtest/gtest.h>

namespace beam {
namespace {

TEST(EngineError, IsReducedToItsCause) {
  const struct {
    const char* name;
    const char* report;
    const char* cause;
  } cases[] = {
      {"nothing", "", ""},
      {"a sentence", "  the disk is full\n", "the disk is full"},
      {"a sentence with a colon", "Load Audio: cannot read x", "Load Audio: cannot read x"},
      {"a Java exception", "java.lang.IllegalStateException: Process died with exit code 3",
       "Process died with exit code 3"},
      {"a bare Java exception", "java.lang.NullPointerException\n\tat a.B.c(B.java:1)\n",
       "java.lang.NullPointerException"},
      {"a nested Java class", "org.apache.beam.runners.Foo$BarException: bad", "bad"},
      {"a Java trace",
       "java.lang.RuntimeException: outside\n"
       "\tat org.apache.beam.A.b(A.java:12)\n"
       "\tat org.apache.beam.A.c(A.java:13)\n",
       "outside"},
      {"a Java chain, the worker's words innermost",
       "org.apache.flink.runtime.client.JobExecutionException: Job execution failed.\n"
       "\tat org.apache.flink.runtime.jobmaster.JobResult.toJobExecutionResult(JobResult.java:144)\n"
       "\t... 12 more\n"
       "Caused by: java.lang.Exception: The user defined 'open()' method caused an exception: java.io.IOException: x\n"
       "\tat org.apache.flink.runtime.operators.BatchTask.run(BatchTask.java:487)\n"
       "Caused by: java.util.concurrent.ExecutionException: java.lang.RuntimeException: Error received from SDK "
       "harness for "
       "instruction 3: step Decode: boom\n"
       "\tat java.base/java.util.concurrent.CompletableFuture.reportGet(CompletableFuture.java:396)\n"
       "\tSuppressed: java.lang.IllegalStateException: later\n"
       "\t\tat a.B.c(B.java:1)\n"
       "\t... 3 common frames omitted\n",
       "step Decode: boom"},
      {"a worker's words of several lines",
       "Caused by: java.lang.RuntimeException: Error received from SDK harness for instruction bundle_7: step Check:\n"
       "  missing: 4\n"
       "  unexpected: 5\n"
       "\tat a.B.c(B.java:1)\n",
       "step Check:\n  missing: 4\n  unexpected: 5"},
      {"a Python traceback",
       "Traceback (most recent call last):\n"
       "  File \"worker.py\", line 1, in run\n"
       "    self.run()\n"
       "RuntimeError: step Decode: boom\n",
       "step Decode: boom"},
      {"Python tracebacks, chained, and what follows the last",
       "Traceback (most recent call last):\n"
       "  File \"a.py\", line 1, in f\n"
       "KeyError: 'x'\n"
       "\n"
       "During handling of the above exception, another exception occurred:\n"
       "\n"
       "Traceback (most recent call last):\n"
       "  File \"b.py\", line 1, in g\n"
       "apache_beam.runners.SomeError: second\n"
       "  missing: 4\n",
       "second\n  missing: 4"},
      {"a call of gRPC in Go", "rpc error: code = Unknown desc = rpc error: code = Aborted desc = boom", "boom"},
      {"what Prism puts before it", "bundle inst001 stage-003 failed:step Decode: boom", "step Decode: boom"},
      {"a panic of Prism that has met a worker's end",
       "panic in stage.Execute bundle processing goroutine: send on closed channel, stage: &{ID:stage-002 "
       "transforms:[t2 t3]},stackTrace:\ngoroutine 633 [running]:\nruntime/debug.Stack()\n\t/x.go:26 +0x5e\n",
       "a worker ended before it took the work that Prism had for it (send on closed channel); its output, or Prism's, "
       "says why"},
      {"another panic of Prism",
       "panic in stage.Execute bundle processing goroutine: unknown environment[go], stage: &{ID:stage-002}",
       "Prism panicked: unknown environment[go]"},
      {"a Go panic", "panic: boom\n\ngoroutine 7 [running]:\nmain.main()\n\t/x.go:1\n", "panic: boom"},
  };
  for (const auto& c : cases) EXPECT_EQ(CauseOf(c.report), c.cause) << c.name;
}

}  // namespace
}  // namespace beam
