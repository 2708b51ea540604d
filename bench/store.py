"""Stores of gs:// that rows read and write, with the time that a real one is away: each request waits before it comes
there. A store is started when it is first used, and ends with the benchmark."""
import atexit
import os
import subprocess

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts")
MILLISECONDS = 20


class Store:
    """Stands in a command for the variable that leads there, behind /usr/bin/env."""

    def __init__(self, build):
        self.build = build
        self.proxy = None

    def __str__(self):
        return f"STORAGE_EMULATOR_HOST=http://{self.address()}"

    def address(self):
        if self.proxy is None:
            self.target = self.start()
            self.proxy = subprocess.Popen([os.path.join(self.build, "bench_store_proxy"), self.target, str(MILLISECONDS)],
                                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.proxy_address = self.proxy.stdout.readline().strip()
            atexit.register(self.stop)
        return self.proxy_address

    def requests(self):
        """How many were made so far."""
        self.address()
        self.proxy.stdin.write("\n")
        self.proxy.stdin.flush()
        return int(self.proxy.stdout.readline())

    def stop(self):
        self.proxy.stdin.close()
        self.proxy.wait()
        self.end()


class FileStore(Store):
    """fake-gcs-server, filled by `fill`, a function that is given the address of the store itself."""

    def __init__(self, build, fill):
        super().__init__(build)
        self.fill = fill
        self.environment = os.environ | {"ENGINES_RUN": os.path.join(build, "engines")}

    def start(self):
        address = subprocess.run([os.path.join(SCRIPTS, "emulators", "start.sh"), "gcs_files"], env=self.environment,
                                 check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        self.fill(address)
        return address

    def end(self):
        subprocess.run([os.path.join(SCRIPTS, "engines", "stop.sh"), "gcs_files"], env=self.environment, check=False)


class ListingStore(Store):
    """listing_store.py."""

    def start(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "listing_store.py")
        self.server = subprocess.Popen(["/usr/bin/python3", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self.server.stdout.readline().strip()

    def end(self):
        self.server.stdin.close()
        self.server.wait()
