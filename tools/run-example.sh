#!/usr/bin/env bash
# The main job on the example fleet, in a throw-away clone: render, build, gate, commit; then what each environment got.
set -euo pipefail
cd "$(dirname "$0")/.."
as_of="${1:?usage: run-example.sh DATE}"
fleetgen="$PWD/.venv/bin/fleetgen"
clone="build/run/fleet"

if [ -n "$(git status --porcelain -- fleet environments templates policies)" ]; then
  echo "note: uncommitted changes of the fleet and the library are not part of this run" >&2
fi
rm -rf build/run
mkdir -p build/run
git clone --quiet --no-hardlinks . "$clone"
git -C "$clone" config user.name "fleetgen example"
git -C "$clone" config user.email "example@fleetgen.invalid"
if [ -d "$clone/output" ]; then # so that there is something to commit
  git -C "$clone" rm -r --quiet output
  git -C "$clone" commit --quiet --message "Begin without output"
fi
"$fleetgen" -C "$clone" publish --as-of "$as_of" "${@:2}"
echo
.venv/bin/python tools/run_summary.py "$clone"
