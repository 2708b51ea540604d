"""Servers that rows need: each prints its address, then a number for each line that it is given, and ends with its input."""
import atexit
import subprocess


class Server:
    """`command` is a function that gives its command line. It is started when it is first used, and ends with the benchmark."""

    def __init__(self, command):
        self.command = command
        self.process = None

    def address(self):
        if self.process is None:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.printed = self.process.stdout.readline().strip()
            atexit.register(self.stop)
        return self.printed

    def count(self):
        """What it has counted so far."""
        self.address()
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
