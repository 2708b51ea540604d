#!/usr/bin/env bash
# start.sh ENGINE [PORT]: starts prism, flink, spark or python where it does not run yet, installing it first if need be,
# and prints the address of its job service once that answers. Without PORT the system chooses a free one.
# $ENGINES_JAVA_HEAP is the memory of flink and spark (default 2g).
. "$(dirname "$0")/common.sh"
engine=${1:?usage: start.sh ENGINE [PORT]}
begin "$engine"

port=${2:-$(free_port)}
staging=$run/$engine.staging
empty_folder "$staging"

# java_command FLAG...: the job servers of Flink and Spark are told the same things.
java_command() {
  mapfile -t opens < <(java_17_opens)
  command=(java "-Xmx${ENGINES_JAVA_HEAP:-2g}" "${opens[@]}"
    -Dspark.ui.enabled=false -Dspark.driver.host=127.0.0.1 -Dspark.driver.bindAddress=127.0.0.1
    -jar "$engines/$engine-job-server.jar" "$@" --job-host=localhost "--job-port=$port" --artifact-port=0
    --expansion-port=-1 "--artifacts-dir=$staging")
}

ready=  # what the log says when the engine is, where an open port is not enough
case $engine in
  prism)
    # Its web page wants a port of its own, and must not take the job service's.
    command=("$engines/prism" "-job_port=$port" "-web_port=$(free_port)" -log_kind=text -log_level=info)
    ;;
  python)
    command=("$engines/python/bin/python" -m apache_beam.runners.portability.local_job_service_main --port "$port"
      --staging_dir "$staging")
    ;;
  flink)
    java_command '--flink-master=[local]' "--flink-conf-dir=$here/flink/conf"
    ready='Job server now running'
    ;;
  spark)
    # Spark would take its own address from the host's name.
    export SPARK_LOCAL_IP=127.0.0.1
    java_command '--spark-master-url=local[2]'
    ;;
esac

launch "$engine" "$port" "$ready" "${command[@]}"
