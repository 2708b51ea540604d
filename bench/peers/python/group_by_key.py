"""group_by_key.py [N [OPTION...]]: the Python SDK's side of the group-by-key rows: on the runner that its DirectRunner ends
up with, or, where options of Beam say so, on another.

That is FnApiRunner, by far the faster one: DirectRunner first tries to download a Prism program (which the Go SDK's row
measures) and takes FnApiRunner where it cannot. Naming it keeps the figure the same on every machine.

A thousand blocks -> FlatMap to N integers -> Map to (i % 1000, i) -> GroupByKey -> sum per key. The sums are added up
and checked, so that a run that loses elements fails. bench/peers/go and bench/group_by_key.cc do the same work.
"""
import sys

import apache_beam as beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that, equal_to

BLOCKS = 1000
KEYS = 1000


def expand(block, n):
    return range(block * n // BLOCKS, (block + 1) * n // BLOCKS)


def key(i):
    return i % KEYS, i


def sum_values(group):
    return group[0], sum(group[1])


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    options = sys.argv[2:]
    with beam.Pipeline(None if options else FnApiRunner(), argv=options) as p:
        sums = (
            p
            | "Blocks" >> beam.Create(range(BLOCKS))
            | "Generate" >> beam.FlatMap(expand, n)
            | "Key" >> beam.Map(key)
            | "Group" >> beam.GroupByKey()
            | "Sum" >> beam.Map(sum_values)
        )
        total = sums | "Values" >> beam.Values() | "Total" >> beam.CombineGlobally(sum)
        assert_that(total, equal_to([n * (n - 1) // 2]))


if __name__ == "__main__":
    main()
