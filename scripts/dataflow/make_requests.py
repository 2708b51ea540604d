#!/usr/bin/env python3
"""make_requests.py FIXTURES VERSION GO_PROGRAM: see make_requests.sh.

What differs from run to run (times, digests) is replaced, and what the test does not compare is left out: texts for the
job's page, capabilities, and options that no flag has set."""
import json
import os
import pathlib
import re
import subprocess
import sys

import apache_beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.dataflow.dataflow_runner import DataflowRunner
from apache_beam.runners.dataflow.internal import apiclient


class Unsent(apiclient.DataflowApplicationClient):
    """Makes requests, and has no bucket."""

    def stage_file(self, *arguments, **more):
        pass


def of_python(flags):
    pipeline = apache_beam.Pipeline(DataflowRunner(), PipelineOptions([*flags, "--dry_run=True"]))
    pipeline | apache_beam.Create(["a"]) | apache_beam.Map(len)
    job = pipeline.run().job
    Unsent(PipelineOptions([*flags, "--no_auth"]), job.root_staging_location).create_job_description(job)
    return json.loads(job.json())


def of_go(program, flags):
    """The request is a message of the log, as JSON. Without a file of credentials no bucket is looked at."""
    log = subprocess.run(
        [program, "--runner=dataflow", "--dry_run", "--input=in.txt", "--output=out.txt", *flags],
        env={**os.environ, "GOOGLE_APPLICATION_CREDENTIALS": "/nonexistent"}, check=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True).stdout
    messages = re.findall(r' msg=("\{\\n.*")$', log, re.MULTILINE)
    if len(messages) != 1:
        raise SystemExit(f"error: {program} has printed {len(messages)} requests: {log[-2000:]}")
    return json.loads(json.loads(messages[0]))


KEPT = {"pipelineUrl", "pipelineProtoHash", "experiments", "region"}


def shortened(request, flags):
    options = request["environment"]["sdkPipelineOptions"]["options"]
    names = KEPT | {flag.lstrip("-").partition("=")[0] for flag in flags}
    request["environment"]["sdkPipelineOptions"] = {"options": {n: v for n, v in options.items() if n in names}}
    for pool in request["environment"]["workerPools"]:
        for image in pool["sdkHarnessContainerImages"]:
            image["capabilities"] = ["..."]
    text = json.dumps(request, indent=1, sort_keys=True)
    text = re.sub(r'("clientRequestId": ")[^"]*', r"\1ID", text)
    text = re.sub(r"(klay-1\.|go-1-)\d+(\.\d+)?", r"\1TIME", text)
    return json.loads(re.sub(r"\b[0-9a-f]{64}\b", "SHA256", text))


def main(fixtures, version, go_program):
    cases = json.loads(pathlib.Path(fixtures, "flags.json").read_text())
    makers = {"go": lambda flags: of_go(go_program, flags), "python": of_python}
    for sdk, make in makers.items():
        requests = {}
        for name, case in cases.items():
            flags = case["shared"] + case[sdk]
            requests[name] = shortened(make(flags), flags)
        text = json.dumps(requests, indent=1, sort_keys=True) + "\n"
        pathlib.Path(fixtures, f"{sdk}_sdk_{version}.json").write_text(text)


main(*sys.argv[1:])
