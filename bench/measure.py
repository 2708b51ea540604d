"""Measures one command: CPU seconds of its whole process tree, wall clock and peak memory. Needs Linux, nothing else.

As a module: measure([program, argument...]) -> Measurement. As a program (what the module starts for each run):
  measure.py SECONDS DESCRIPTOR COMMAND...
which runs COMMAND at most SECONDS long and writes the figures to the file descriptor, as JSON.

Each run has its own small measuring process, for two reasons. The kernel hands the peak memory of the process that
starts a program on to that program, so a large parent would hide what a small program uses. And the measuring process
is the subreaper of what it starts, so grandchildren that outlive the command are waited for and counted too.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

# cpu, user, system, wall in seconds; peak_mb is the largest resident size of one process of the tree; load is the
# machine's one-minute load average at the start; out is the command's standard output.
Measurement = collections.namedtuple("Measurement", "cpu user system wall peak_mb load out")


class Failed(Exception):
    pass


def measure(command, timeout=900, accept=(0,)):
    """Runs the command; raises Failed with the end of what it printed when its exit code is not one of `accept`."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        read, write = os.pipe()
        try:
            runner = [sys.executable, "-I", "-S", os.path.abspath(__file__), str(timeout), str(write), *command]
            child = subprocess.Popen(runner, stdin=subprocess.DEVNULL, stdout=out, stderr=err, pass_fds=[write])
        finally:
            os.close(write)
        with os.fdopen(read) as pipe:
            figures = pipe.read()
        child.wait()
        out.seek(0), err.seek(0)
        printed, complaint = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if not figures:
        raise Failed(f"{command[0]} could not be measured: {complaint[-500:]}")
    figures = json.loads(figures)
    code = figures.pop("code")
    if code not in accept:
        why = "it ran into the time limit" if code is None else f"exit code {code}"
        raise Failed(f"{' '.join(command)}: {why}\n{(printed + complaint)[-2000:]}")
    return Measurement(out=printed, **figures)


def run(timeout, descriptor, command):
    import ctypes
    import resource
    import signal
    import time

    PR_SET_CHILD_SUBREAPER = 36
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    load = os.getloadavg()[0]
    begin = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            os.close(descriptor)
            os.setpgid(0, 0)
            os.execvp(command[0], command)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr)
            os._exit(127)

    def expire(*_):
        os.killpg(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    _, status = os.waitpid(child, 0)
    wall = time.monotonic() - begin
    signal.setitimer(signal.ITIMER_REAL, 20)  # for what the command left behind
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        pass
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = None if wall >= timeout else os.waitstatus_to_exitcode(status)
    figures = {"cpu": used.ru_utime + used.ru_stime, "user": used.ru_utime, "system": used.ru_stime, "wall": wall,
               "peak_mb": used.ru_maxrss / 1024, "load": load, "code": code}
    with os.fdopen(descriptor, "w") as pipe:
        json.dump(figures, pipe)


if __name__ == "__main__":
    run(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
