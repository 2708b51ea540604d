# Sourced by the scripts beside it: where engines lie, and what they run as.
#
#   build/engines      what is installed, for all builds of the checkout
#   $ENGINES_RUN       NAME.pid, NAME.endpoint and NAME.log of what runs (default build/engines/run)
#   $ENGINES_WAIT      seconds until an engine that is not ready has failed (default 120)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
engines=$root/build/engines
run=${ENGINES_RUN:-$engines/run}
# The Go and the Python SDK are those of the release that the protocol is taken from.
beam_version=$(sed -n 's/^apache-beam==\([^ ]*\).*/\1/p' "$root/scripts/beam_wheel.txt")
mkdir -p "$engines" "$run"

fail() {
  echo "error: $*" >&2
  exit 1
}

# With its PID, names one process for good: PIDs are used again.
start_time_of() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# running NAME: whether the process that was started under this name still lives.
running() {
  local pid started
  [[ -s $run/$1.pid ]] || return 1
  read -r pid started <"$run/$1.pid"
  [[ $(start_time_of "$pid") == "$started" ]]
}

pid_of() { cut -d' ' -f1 "$run/$1.pid"; }
