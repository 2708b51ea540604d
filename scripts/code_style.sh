#!/usr/bin/env bash
# Checks the form of the sources: formatting (`--fix` mends it), the layer table, and that nothing in them is bound to
# one machine or to one package registry.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
scripts/python_tools.sh || exit 1
failed=0

sources() { git ls-files -z --cached --others --exclude-standard -- '*.h' '*.cc'; }
format() { sources | xargs -0 -r -n 16 -P "$(nproc)" build/tools/bin/clang-format "$@"; }

if [[ ${1-} == --fix ]]; then
  format -i
elif ! format --dry-run -Werror 2>&1 | { ! grep 'error:'; }; then
  echo 'error: the formatting differs from .clang-format: run `make format`'
  failed=1
fi

if ! python3 scripts/check_layers.py; then
  echo 'error: the includes above go against cmake/layers.txt'
  failed=1
fi

# The brackets keep these patterns from matching themselves.
machine_path='(^|[^[:alnum:]_./:*-])/(hom[e]|roo[t]|wor[k]|User[s])/'
registry_host='pypi[.]org|pythonhosted[.]org|registry[.]npmjs|repo1?[.]maven|proxy[.]golang|crates[.]io'
if git grep --untracked -nIE "$machine_path|$registry_host|deb[.]debian[.]org|docker[.]io"; then
  echo 'error: the lines above name a folder of one machine, or the host of a package registry'
  failed=1
fi

((failed)) || echo 'code style: formatting, layers and names are in order'
exit $failed
