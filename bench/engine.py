"""Engines of Beam that rows run pipelines on. Each is started by scripts/engines when its address is first asked for,
and ends with the benchmark, so that no row pays for its start; what it computes itself is in no row's CPU time."""
import atexit
import os
import subprocess

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts", "engines")


class Engine:
    def __init__(self, name, build):
        self.name = name
        self.warms_up = name in ("flink", "spark")  # Java compiles what has run a while
        self.address = None
        self.environment = os.environ | {"ENGINES_RUN": os.path.join(build, "engines")}

    def __str__(self):
        """The address of its job service: what stands in a command."""
        if self.address is None:
            atexit.register(self.stop)
            started = subprocess.run([os.path.join(SCRIPTS, "start.sh"), self.name], env=self.environment, check=True,
                                     stdout=subprocess.PIPE, text=True)
            self.address = started.stdout.strip()
        return self.address

    def stop(self):
        subprocess.run([os.path.join(SCRIPTS, "stop.sh"), self.name], env=self.environment, check=False)
        self.address = None
