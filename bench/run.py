#!/usr/bin/env python3
"""run.py --build DIR [--quick] [--only ROW]...: runs every row of the benchmark, ours and its peers' interleaved, and
prints the table; DIR/results.json has every single measurement. bench/run.sh builds and prepares what this runs.

Exit code: 0 all bars are met, 3 a bar is missed, 1 a row could not be measured. CPU seconds are the figures to trust;
wall clock means little while other programs run (the load is printed).
"""
import argparse
import json
import os
import statistics
import sys

import machine
import measure
import row
import rows

ROUNDS, QUICK_ROUNDS = 5, 2


def progress(text):
    print(text, file=sys.stderr, flush=True)


def measure_once(case):
    case.prepare()
    sample = measure.measure(case.words(), timeout=900)
    case.check(sample.out)
    case.clean()
    return sample


def measure_all(cases, rounds):
    """Round by round, each case once a round and every other round backwards, so that what the machine does meanwhile,
    and what one run leaves to the next, meets all of them alike. Before that, unmeasured, those that need a warm-up."""
    for case in cases:
        if case.warm_up:
            progress(f"[warm-up] {case.name}: {measure_once(case).wall:.2f} s wall")
    samples = {case.name: [] for case in cases}
    for round_number in range(rounds):
        for case in cases if round_number % 2 == 0 else reversed(cases):
            samples[case.name] += [measure_once(case) for _ in range(case.repeat)]
            last = samples[case.name][-1]
            progress(f"[{round_number + 1}/{rounds}] {case.name}: {last.cpu:.2f} CPU s, {last.wall:.2f} s wall, "
                     f"{last.peak_mb:.0f} MB, load {last.load:.1f}")
    return samples


def table(results):
    lines = ["| what | ours | peer | figure | bar | |", "|---|---|---|---|---|---|"]
    for r in results:
        verdict = "" if r.bar is None else "pass" if r.passed else "**miss**"
        bar = "" if r.bar is None else f"{'at most' if r.smaller_is_better else 'at least'} {r.bar:g}{r.unit}"
        lines.append(f"| {r.what} | {r.ours} | {r.peer} | {r.value:.3g}{r.unit} | {bar} | {verdict} |")
    return "\n".join(lines)


def spread(samples, attribute):
    values = [getattr(s, attribute) for s in samples]
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, help="the folder with the programs, the corpus and the peers")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds instead of {ROUNDS}")
    parser.add_argument("--only", action="append", choices=sorted(rows.ALL), help="only this row (may be repeated)")
    arguments = parser.parse_args()

    chosen = [kind(os.path.abspath(arguments.build)) for name, kind in rows.ALL.items()
              if not arguments.only or name in arguments.only]
    cases = {case.name: case for one in chosen for case in one.cases()}
    missing = sorted({p for case in cases.values() for p in case.needs if not os.path.exists(p)})
    if missing:
        sys.exit("bench: these are missing: " + ", ".join(missing) + "; run bench/run.sh, which makes them")
    described = machine.describe()
    progress(f"bench: {described['cores']} cores, load {described['load_at_start']:.1f}")
    try:
        samples = measure_all(list(cases.values()), QUICK_ROUNDS if arguments.quick else ROUNDS)
        results = [result for one in chosen for result in one.results(samples)]
    except (measure.Failed, row.WrongResult) as error:
        sys.exit(f"bench: {error}")

    written = {
        "machine": described,
        "rows": [r._asdict() | {"passed": r.passed} for r in results],
        "cases": {name: {"command": cases[name].words(), "cpu_s": spread(s, "cpu"), "wall_s": spread(s, "wall"),
                         "peak_mb": spread(s, "peak_mb"),
                         "runs": [{k: v for k, v in m._asdict().items() if k != "out"} for m in s]}
                  for name, s in samples.items()},
    }
    path = os.path.join(arguments.build, "results.json")
    with open(path, "w") as f:
        json.dump(written, f, indent=1)
    loads = [m.load for s in samples.values() for m in s]
    print(f"{described['cpu']}, {described['cores']} cores, {described['system']}, {described['compiler']}, "
          f"commit {described['commit']}; load average {min(loads):.1f} to {max(loads):.1f}, "
          f"median {statistics.median(loads):.1f}\n")
    print(table(results))
    print(f"\nWritten to {os.path.relpath(path)}")
    sys.exit(0 if all(r.passed is not False for r in results) else 3)


if __name__ == "__main__":
    main()
