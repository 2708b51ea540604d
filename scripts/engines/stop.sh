#!/usr/bin/env bash
# stop.sh ENGINE... | --all: ends what start.sh started, and nothing else.
. "$(dirname "$0")/common.sh"
names=("$@")
if [[ ${1-} == --all ]]; then
  names=()
  for file in "$run"/*.pid; do [[ ! -e $file ]] || names+=("$(basename "$file" .pid)"); done
fi

for name in ${names[@]+"${names[@]}"}; do
  if running "$name"; then
    pid=$(pid_of "$name")
    kill "$pid"
    for _ in $(seq 50); do
      running "$name" || break
      sleep 0.1
    done
    ! running "$name" || kill -KILL "$pid"
  fi
  rm -f "$run/$name".{pid,endpoint}
  # What it has kept in memory goes.
  [[ ! -L $run/$name.data ]] || empty_folder "$run/$name.data"
done
