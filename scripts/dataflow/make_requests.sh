#!/usr/bin/env bash
# Makes tests/fixtures/dataflow/{go,python}_sdk_VERSION.json anew: what Beam's Go and Python SDKs ask of Dataflow for
# the flags of tests/fixtures/dataflow/flags.json. Both are asked for the request alone: nothing of Google's is spoken
# to.
. "$(dirname "$0")/../engines/common.sh"
"$root/scripts/engines/install.sh" go_wordcount
exec 9>"$engines/.lock"
flock 9
python_environment beam_dataflow "apache-beam[gcp]==$beam_version"
exec "$engines/beam_dataflow/bin/python" "$here/make_requests.py" "$root/tests/fixtures/dataflow" "$beam_version" \
  "$engines/wordcount"
