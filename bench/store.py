"""Stores of gs:// that rows read and write, with the time that a real one is away: each request waits before it comes
there. A store is started when it is first used, and ends with the benchmark."""
import atexit
import os
import subprocess

from server import Server

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts")
MILLISECONDS = 20


class Store:
    """Stands in a command for the variable that leads there, behind /usr/bin/env."""

    def __init__(self, build):
        self.proxy = Server(lambda: [os.path.join(build, "bench_store_proxy"), self.start(), str(MILLISECONDS)])

    def __str__(self):
        return f"STORAGE_EMULATOR_HOST=http://{self.proxy.address()}"

    def requests(self):
        """How many were made so far."""
        return self.proxy.count()


class FileStore(Store):
    """fake-gcs-server, filled by `fill`, a function that is given the address of the store itself."""

    def __init__(self, build, fill):
        super().__init__(build)
        self.fill = fill
        self.environment = os.environ | {"ENGINES_RUN": os.path.join(build, "engines")}

    def start(self):
        address = subprocess.run([os.path.join(SCRIPTS, "emulators", "start.sh"), "gcs_files"], env=self.environment,
                                 check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        atexit.register(self.end)
        self.fill(address)
        return address

    def end(self):
        subprocess.run([os.path.join(SCRIPTS, "engines", "stop.sh"), "gcs_files"], env=self.environment, check=False)


class StandIn(Store):
    """A program that prints its address and ends with its input."""

    def __init__(self, build, command):
        super().__init__(build)
        self.server = Server(lambda: command)

    def start(self):
        return self.server.address()


class ListingStore(StandIn):
    """listing_store.py."""

    def __init__(self, build):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "listing_store.py")
        super().__init__(build, ["/usr/bin/python3", script])


class LargeObjectStore(StandIn):
    """large_object_store.cc."""

    def __init__(self, build, size):
        super().__init__(build, [os.path.join(build, "bench_large_object_store"), os.path.join(build, "large.bin"), str(size)])
