#!/usr/bin/env bash
# root_test.sh WORK_DIR: what make_root.sh says where a program's libraries are not there, or are others.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
rm -rf "$1"
mkdir -p "$1/here"
cd "$1"

echo 'int old(void) { return 0; } int recent(void) { return 0; }' >new.c
echo 'int old(void) { return 0; }' >old.c
echo 'int old(void); int recent(void); int exported(void) { return old(); } int main(void) { return recent(); }' >program.c
echo 'int exported(void); int absent(void); int run(void) { return exported() + WHAT; }' >module.c
cc -shared -o here/libparts.so new.c
cc -rdynamic -Wl,-z,lazy -o program program.c -Lhere -lparts
cc -shared -fPIC -DWHAT=0 -o module.so module.c
cc -shared -fPIC '-DWHAT=absent()' -o broken.so module.c

failed=0
# expect WHAT_IT_SAYS ARGUMENT...
expect() {
  local expected=$1 said
  shift
  said=$("$root/containers/make_root.sh" --libraries here program image "$@" 2>&1) || true
  [[ $said == $expected ]] && return
  failed=1
  echo "make_root.sh $*: expected '$expected': $said"
}

expect '*image: * MB, in * files'
expect '*image: * MB, in * files' module.so
expect 'error: program needs what the libraries that are here do not have: *undefined symbol: absent*broken.so)*' broken.so
cc -shared -o here/libparts.so old.c
expect 'error: program needs what the libraries that are here do not have: *undefined symbol: recent*program)*'
rm here/libparts.so
expect 'error: libraries that program needs are not installed here:*libparts.so => not found*'
exit $failed
