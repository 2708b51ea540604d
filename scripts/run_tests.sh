#!/usr/bin/env bash
# run_tests.sh PRESET...: builds each preset with warnings as errors and runs its tests, those of all presets even when
# some fail. The last line is the sum over the presets: "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
mkdir -p build
failed=0
reports=()

for preset in "$@"; do
  echo "== $preset: build"
  if ! cmake --preset "$preset" -DKLAY_BEAM_WERROR=ON >"build/$preset.configure.log" 2>&1; then
    cat "build/$preset.configure.log"
    exit 1
  fi
  # Fetching them takes minutes of waiting, which the build does not wait for; the tests that need them do.
  emulators=$(sed -n 's/^KLAY_BEAM_TEST_EMULATORS:[A-Z]*=//p' "build/$preset/CMakeCache.txt")
  [[ -z $emulators ]] || scripts/emulators/install.sh ${emulators//;/ } >build/emulators.log 2>&1 &
  cmake --build --preset "$preset" || { echo "error: the $preset build failed"; exit 1; }
  echo "== $preset: tests"
  report=$PWD/build/$preset/tests.xml
  rm -f "$report"
  ctest --test-dir "build/$preset" --parallel "$(nproc)" --output-on-failure --output-junit "$report" || failed=1
  reports+=("$report")
done

python3 - "${reports[@]}" <<'PYTHON' || failed=1
import sys
import xml.etree.ElementTree as ElementTree

total_passed = total_failed = 0
for path in sys.argv[1:]:
    suite = ElementTree.parse(path).getroot()
    failed = [case.get("name") for case in suite.iter("testcase") if case.get("status") != "run"]
    passed = len(list(suite.iter("testcase"))) - len(failed)
    total_passed += passed
    total_failed += len(failed)
    preset = path.split("/")[-2]
    print(f"{preset}: {passed} passed, {len(failed)} failed", *(f"\n  failed: {name}" for name in failed), sep="")
print(f"{total_passed} passed, {total_failed} failed")
sys.exit(1 if total_failed or not total_passed else 0)
PYTHON
exit $failed
