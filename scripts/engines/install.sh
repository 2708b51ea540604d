#!/usr/bin/env bash
# install.sh ENGINE...: installs prism, flink, spark or python (the Python SDK's local job service) into build/engines,
# once for each version. From package registries alone.
. "$(dirname "$0")/common.sh"
exec 9>"$engines/.lock"
flock 9

install_python() { python_environment python "apache-beam==$beam_version"; }

install_prism() { go_program prism github.com/apache/beam/sdks/v2/go/cmd/prism "$beam_version"; }
install_flink() { job_server_jar flink org.apache.beam.runners.flink.FlinkJobServerDriver; }
install_spark() { job_server_jar spark org.apache.beam.runners.spark.SparkJobServerDriver; }

for engine in "$@"; do
  [[ $engine =~ ^(prism|flink|spark|python)$ ]] || fail "no engine is called $engine; there are prism, flink, spark and python"
  "install_$engine"
done
