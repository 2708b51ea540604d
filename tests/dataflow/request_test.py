#!/usr/bin/env python3
"""request_test.py PROGRAM SCHEMAS FIXTURES: what klay-beam asks of Dataflow, against what is published.

Its requests, with few flags and with all of them, must fit Google's discovery document and, strictly, the messages of
Google's Python client (scripts/dataflow/schemas.sh); and they must say the same, field by field, as those of Beam's Go
and Python SDKs for the same flags (FIXTURES/flags.json; the requests beside it are made by those SDKs,
scripts/dataflow/make_requests.sh), but for the differences that are listed here. A difference that is listed and is
none fails, too."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from google.cloud import dataflow
from google.protobuf import json_format

program, schemas, fixtures = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
discovery = json.loads((schemas / "dataflow-api.json").read_text())["schemas"]
failures = []


def fail(where, what):
    failures.append(f"{where}: {what}")


def misfits(value, schema, path="Job"):
    """What of a value the discovery document does not have."""
    schema = discovery[schema["$ref"]] if "$ref" in schema else schema
    kind = schema.get("type")
    if kind == "object":
        if not isinstance(value, dict):
            return [f"{path} is no object"]
        found = []
        for name, member in value.items():
            known = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if known is None:
                found.append(f"{path}.{name} is not known")
            elif known.get("readOnly"):
                found.append(f"{path}.{name} is the service's to set")
            else:
                found += misfits(member, known, f"{path}.{name}")
        return found
    if kind == "array":
        if not isinstance(value, list):
            return [f"{path} is no list"]
        return [m for i, item in enumerate(value) for m in misfits(item, schema["items"], f"{path}[{i}]")]
    types = {"string": str, "integer": int, "boolean": bool, "number": (int, float)}
    if kind in types and (not isinstance(value, types[kind]) or (kind == "integer" and isinstance(value, bool))):
        return [f"{path} is no {kind}: {value!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{path} is none of its values: {value!r}"]
    return []


def strictly_parsed(job):
    """Why Google's own messages do not take it, or nothing."""
    try:
        json_format.ParseDict(job, dataflow.Job()._pb)
        return []
    except json_format.ParseError as error:
        return [str(error)]


def request(*flags):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [program, "run-example", "--source_audio_path=gs://music/in", "--source_audio_suffix=.mp3", "--quiet",
             "--runner=DataflowRunner", "--dry_run", f"--dataflow_job_file={folder}/job.json", *flags],
            check=True, stdout=subprocess.DEVNULL)
        return json.loads(pathlib.Path(folder, "job.json").read_text())


FEW = ["--project=my-project", "--region=europe-west4", "--temp_location=gs://bucket/temp", "--sdk_container_image=r/i:1"]
ALL = FEW + [
    "--staging_location=gs://bucket/stage", "--service_account_email=w@x", "--labels=a=b", '--label={"c": "d"}',
    "--dataflow_service_options=enable_prime,x=y", "--experiments=e,f", "--flexrs_goal=COST_OPTIMIZED",
    "--dataflow_kms_key=projects/p/locations/l/keyRings/r/cryptoKeys/k", "--enable_hot_key_logging", "--num_workers=2",
    "--max_num_workers=9", "--autoscaling_algorithm=NONE", "--machine_type=n2-standard-8",
    "--min_cpu_platform=Intel Ice Lake", "--disk_size_gb=64", "--disk_type=pd-ssd", "--disk_provisioned_iops=3000",
    "--disk_provisioned_throughput_mibps=150", "--worker_zone=europe-west4-a", "--network=default",
    "--subnetwork=regions/europe-west4/subnetworks/s", "--no_use_public_ips", "--number_of_worker_harness_threads=4",
    "--resource_hints=min_ram=12GB", "--resource_hints=accelerator=type:nvidia-tesla-t4;count:1;install-nvidia-driver",
    "--max_memory=4GiB"]


def check_schemas():
    for name, flags in (("few flags", FEW), ("all flags", ALL), ("another place", FEW + ["--worker_region=us-east1"])):
        job = request(*flags)
        for misfit in misfits(job, {"$ref": "Job"}) + strictly_parsed(job):
            fail(name, misfit)
    # The checks can fail.
    spoilt = {
        "an unknown field": lambda job: job["environment"].update(colour="red"),
        "an unknown value": lambda job: job.update(type="JOB_TYPE_FAST"),
        "a number as a text": lambda job: job["environment"]["workerPools"][0].update(numWorkers="many"),
        "a list that is none": lambda job: job["environment"].update(experiments="one")}
    for name, spoil in spoilt.items():
        job = request(*FEW)
        spoil(job)
        for check, found in (("discovery document", misfits(job, {"$ref": "Job"})), ("messages", strictly_parsed(job))):
            if not found:
                fail(name, f"the {check} let it pass")


def fields(value, path="Job"):
    """The plain values of a request by their paths; lists of texts as sets, and places in buckets in one form."""
    if isinstance(value, dict):
        return {p: v for name, member in value.items() for p, v in fields(member, f"{path}.{name}").items()}
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        return {p: v for i, item in enumerate(value) for p, v in fields(item, f"{path}[{i}]").items()}
    if isinstance(value, list):
        return {path: sorted(value)}
    return {path: re.sub(r"^(gs://|storage.googleapis.com/)", "gs://", value) if isinstance(value, str) else value}


POOL = "Job.environment.workerPools[0]"
IMAGE = POOL + ".sdkHarnessContainerImages[0]"
# Paths, and why they differ, whatever the flags.
OF_EVERY_SDK = {
    "Job.environment.userAgent.name": "each SDK's own",
    "Job.environment.userAgent.version": "each SDK's own",
    "Job.environment.tempStoragePrefix": "a folder of each job's own",
    "Job.clientRequestId": "of each request its own",
    "Job.location": "said in the URL, too",
    IMAGE + ".environmentId": "free",
    IMAGE + ".capabilities": "what each SDK can do",
    POOL + ".packages[0].location": "a folder of its own",
    POOL + ".packages[0].sha256": "another program, of which Python's request says no digest, nor Go's before it is sent",
}
ALWAYS = {
    "go": {
        **OF_EVERY_SDK,
        "Job.environment.version.major": "6 in Go, 8 in Python",
        "Job.environment.clusterManagerApiService": "only Python's",
        IMAGE + ".useSingleCorePerContainer": "left out by Go where it is false",
    },
    "python": {
        **OF_EVERY_SDK,
        "Job.projectId": "only in Python's URL",
        "Job.environment.dataset": "of no use without Python's BigQuery sink",
        "Job.environment.experiments": "one process for each core, which C++ does not need",
        POOL + ".packages[0].name": "Python's list of packages",
        POOL + ".taskrunnerSettings.parallelWorkerSettings.baseUrl": "of Dataflow before Runner v2",
        POOL + ".taskrunnerSettings.parallelWorkerSettings.servicePath": "likewise",
        IMAGE + ".useSingleCorePerContainer": "one process for each core, which C++ does not need",
    },
}
ONE_WORKER = {POOL + ".numWorkers": "Go asks for one, others leave it to Dataflow"}
UNSAID_ADDRESSES = {POOL + ".ipConfiguration": "Go says that it does not say it, others leave it out"}
# Likewise, for some of the flags.
SOMETIMES = {
    ("go", "few flags"): {**ONE_WORKER, **UNSAID_ADDRESSES},
    ("go", "other names"): {**ONE_WORKER, **UNSAID_ADDRESSES},
    ("go", "other values"): {
        **ONE_WORKER,
        POOL + ".ipConfiguration": "Go does not pass on --use_public_ips",
        "Job.environment.experiments": "Python makes enable_prime an experiment, too, and Go does not",
    },
}
# Of the options that are given by flags.
OPTIONS_DIFFER = {
    "staging_location": "in Python a folder of the job's own",
    "temp_location": "likewise",
    "experiments": "those of the request",
}
OPTIONS_LEFT_OUT = {"template_location": "of no use to workers"}


def name_of(flag):
    return flag.lstrip("-").partition("=")[0]


def check_options(where, flags, theirs, ours):
    for needed in ("pipelineUrl", "pipelineProtoHash", "experiments", "region"):
        if needed not in ours:
            fail(where, f"there is no option {needed}")
    for name in sorted({name_of(flag) for flag in flags} & theirs.keys() - OPTIONS_DIFFER.keys()):
        if name in OPTIONS_LEFT_OUT:
            if name in ours:
                fail(where, f"there is the option {name}, which is {OPTIONS_LEFT_OUT[name]}")
        elif name not in ours:
            fail(where, f"there is no option {name}, which is {theirs[name]!r} there")
        elif sorted_if_list(theirs[name]) != sorted_if_list(ours[name]):
            fail(where, f"the option {name} is {ours[name]!r} here and {theirs[name]!r} there")


def check_against(sdk, case, flags, theirs):
    where = f"{sdk}, {case}"
    ours = request(*flags)
    check_options(where, flags, *(job["environment"].pop("sdkPipelineOptions")["options"] for job in (theirs, ours)))
    allowed = {**ALWAYS[sdk], **SOMETIMES.get((sdk, case), {})}
    here, there = fields(ours), fields(theirs)
    differing = {path for path in here.keys() | there.keys() if here.get(path) != there.get(path)}
    for path in sorted(differing - allowed.keys()):
        fail(where, f"{path} is {here.get(path)!r} here and {there.get(path)!r} there")
    for path in sorted(allowed.keys() - differing):
        fail(where, f"{path} may differ ({allowed[path]}), and does not: take it off the list")


def sorted_if_list(value):
    return sorted(value) if isinstance(value, list) else value


check_schemas()
for sdk in ALWAYS:
    requests = json.loads((fixtures / f"{sdk}_sdk_2.77.0.json").read_text())
    for case, flags in json.loads((fixtures / "flags.json").read_text()).items():
        check_against(sdk, case, flags["shared"] + flags[sdk], requests[case])
print("\n".join(failures) if failures else "the requests fit what is published")
sys.exit(1 if failures else 0)
