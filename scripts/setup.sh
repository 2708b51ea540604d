#!/usr/bin/env bash
# setup.sh [LIST...]: makes a Debian 12 machine ready. Installs the Debian packages of scripts/packages.txt, and of the
# lists given, and the pinned Python tools. Does nothing, and needs neither network nor root, where all of it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
for list in scripts/packages.txt "$@"; do
  while read -r package; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
  done < <(grep -v '^#' "$list")
done

if ((${#missing[@]})); then
  echo "Installing Debian packages: ${missing[*]}"
  as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "error: run this as root, or install sudo, to install: ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

scripts/python_tools.sh
