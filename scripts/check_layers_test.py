#!/usr/bin/env python3
"""Tests check_layers.py on small trees, and that every rule of it can fail."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECK = Path(__file__).with_name("check_layers.py")
LAYERS = """# comment
beam/base:
beam/model: beam/base
beam/exec: beam/model
beam/portable: beam/exec protos
beam/runners: beam/portable
beam: beam/runners
klay/audio: beam/base
klay: beam klay/audio
tests beam/model: beam/exec
"""
CLEAN = {
    "cmake/layers.txt": LAYERS,
    "beam/base/error.h": "#include <string>\n",
    "beam/model/graph.h": '#pragma once\n#include "beam/base/error.h"\n',
    "beam/model/graph_test.cc": '#include "beam/exec/run.h"\n',
    "beam/model/test_graph.h": '#include "beam/exec/run.h"\n',
    "beam/exec/run.h": '#include "beam/base/error.h"\n  #  include <beam/model/graph.h>\n',
    "beam/exec/deeper/part.cc": '#include "beam/model/graph.h"\n',
    "beam/portable/message.h": '#include <google/protobuf/message.h>\n#include "beam/exec/run.h"\n',
    "beam/portable/deeper/call.cc": '#include <org/apache/beam/x.pb.h>\n#include "beam/portable/message.h"\n',
    "beam/runners/run.cc": '#include "beam/portable/message.h"\n',
    "beam/beam.h": '#include "beam/exec/run.h"\n',
    "klay/audio/waveform.h": '#include "beam/base/error.h"\n',
    "klay/klay.h": '#include "beam/beam.h"\n#include "klay/audio/waveform.h"\n',
}
# What is written over the clean tree, and the line that must come of it.
OFFENCES = [
    ({"beam/base/error.h": '\n#include "beam/model/graph.h"\n'},
     'beam/base/error.h:2: #include "beam/model/graph.h": beam/base may not include beam/model'),
    ({"beam/model/graph.h": "#include <beam/exec/run.h>\n"},
     'beam/model/graph.h:1: #include "beam/exec/run.h": beam/model may not include beam/exec'),
    ({"beam/model/graph.cc": '#include "beam/exec/run.h"\n'},
     'beam/model/graph.cc:1: #include "beam/exec/run.h": beam/model may not include beam/exec'),
    ({"beam/base/error_test.cc": '#include "beam/exec/run.h"\n'},
     'beam/base/error_test.cc:1: #include "beam/exec/run.h": beam/base may not include beam/exec'),
    ({"klay/audio/waveform.h": '#include "beam/model/graph.h"\n'},
     'klay/audio/waveform.h:1: #include "beam/model/graph.h": klay/audio may not include beam/model'),
    ({"beam/exec/run.h": '#include "klay/audio/waveform.h"\n'},
     'beam/exec/run.h:1: #include "klay/audio/waveform.h": beam/exec may not include klay/audio'),
    ({"beam/base/error.h": '#include "tests/helper.h"\n'},
     'beam/base/error.h:1: #include "tests/helper.h": beam/base may not include tests'),
    ({"beam/exec/run.h": '#include "beam/unknown/x.h"\n'},
     'beam/exec/run.h:1: #include "beam/unknown/x.h": beam/exec may not include beam/unknown'),
    ({"beam/unknown/x.h": ""}, "beam/unknown/x.h:1: the folder is not in cmake/layers.txt"),
    ({"beam/model/pipeline.h": '#include "graph.h"\n'},
     'beam/model/pipeline.h:1: #include "graph.h" is not written from the repository root'),
    ({"beam/model/graph.h": '#include "../base/error.h"\n'},
     'beam/model/graph.h:1: #include "../base/error.h" is not written from the repository root'),
    ({"beam/exec/run.h": "#include <google/protobuf/message.h>\n"},
     "beam/exec/run.h:1: #include <google/protobuf/message.h>: beam/exec may not include protos"),
    ({"klay/audio/waveform.cc": '#include "beam_fn_api.pb.h"\n'},
     "klay/audio/waveform.cc:1: #include <beam_fn_api.pb.h>: klay/audio may not include protos"),
    ({"beam/runners/run.cc": "#include <grpcpp/channel.h>\n"},
     "beam/runners/run.cc:1: #include <grpcpp/channel.h>: beam/runners may not include protos"),
    ({"beam/runners/run.h": '#include "beam/portable/message.h"\n'},
     'beam/runners/run.h:1: #include "beam/portable/message.h": a header that users may include reaches protos'),
    ({"beam/beam.h": '#include "beam/portable/message.h"\n'},
     'beam/beam.h:1: #include "beam/portable/message.h": a header that users may include reaches protos'),
]


def run_on(files):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return subprocess.run([sys.executable, CHECK, folder], capture_output=True, text=True)


class CheckLayersTest(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        result = run_on(CLEAN)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_an_offence_fails_with_its_line(self):
        for change, line in OFFENCES:
            with self.subTest(line):
                result = run_on(CLEAN | change)
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertIn(line, result.stdout.splitlines())


if __name__ == "__main__":
    unittest.main()
