#!/usr/bin/env bash
# run.sh [--quick] [--only ROW]...: builds what is measured and its peers, makes the corpus, measures, prints the table.
# Everything lies in build/bench; the arguments are those of run.py.
set -euo pipefail
cd "$(dirname "$0")/.."
out=build/bench

cmake --preset bench
cmake --build --preset bench

# The peers, pinned: the Python SDK from PyPI, the Go SDK by its go.mod. Go itself is from PyPI: Debian's is too old.
if ! cmp -s bench/peers/requirements.txt "$out/venv/requirements.txt"; then
  /usr/bin/python3 -m venv "$out/venv"
  "$out/venv/bin/pip" install --quiet --requirement bench/peers/requirements.txt
  cp bench/peers/requirements.txt "$out/venv/requirements.txt"
fi
# The original comes with 6 GB of libraries, so it has its own environment, made only for the rows that want it.
if [[ $* != *--only* || $* =~ (resampler|klay-beam|hour) ]] && ! cmp -s bench/peers/klay_beam.txt "$out/venv_klay_beam/requirements.txt"; then
  /usr/bin/python3 -m venv "$out/venv_klay_beam"
  "$out/venv_klay_beam/bin/pip" install --quiet --requirement bench/peers/klay_beam.txt
  cp bench/peers/klay_beam.txt "$out/venv_klay_beam/requirements.txt"
fi
GOTOOLCHAIN=local "$out/venv/bin/go" build -C bench/peers/go -mod=readonly -o "$PWD/$out/peer_go/" ./...

python3 bench/corpus.py "$out/corpus"
exec python3 bench/run.py --build "$out" "$@"
