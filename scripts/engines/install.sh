#!/usr/bin/env bash
# install.sh ENGINE...: installs prism, flink, spark or python (the Python SDK's local job service) into build/engines,
# once for each version; likewise go_boot and go_wordcount, the boot program of the Go SDK's containers and a program of
# that SDK. From package registries alone.
. "$(dirname "$0")/common.sh"
exec 9>"$engines/.lock"
flock 9

install_python() { python_environment python "apache-beam==$beam_version"; }

install_prism() { go_program prism github.com/apache/beam/sdks/v2/go/cmd/prism "$beam_version"; }
install_go_boot() { go_program container github.com/apache/beam/sdks/v2/go/container "$beam_version"; }
install_go_wordcount() { go_program wordcount github.com/apache/beam/sdks/v2/go/examples/wordcount "$beam_version"; }
install_flink() { job_server_jar flink org.apache.beam.runners.flink.FlinkJobServerDriver; }
install_spark() { job_server_jar spark org.apache.beam.runners.spark.SparkJobServerDriver; }

for engine in "$@"; do
  [[ $engine =~ ^(prism|flink|spark|python|go_boot|go_wordcount)$ ]] || fail "no engine is called $engine; there are prism, flink, spark, python, go_boot and go_wordcount"
  "install_$engine"
done
