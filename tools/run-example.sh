#!/usr/bin/env bash
# The main job on the example fleet, in a throw-away clone: render, build, gate, commit; then what each environment got.
set -euo pipefail
cd "$(dirname "$0")/.."
as_of="${1:?usage: run-example.sh DATE}"
fleetgen="$PWD/.venv/bin/fleetgen"
clone="build/run/fleet"
rm -rf build/run
mkdir -p build/run
git clone --quiet --no-hardlinks . "$clone"
git -C "$clone" config user.name "fleetgen example"
git -C "$clone" config user.email "example@fleetgen.invalid"
"$fleetgen" -C "$clone" publish --as-of "$as_of"
git -C "$clone" log -1 --stat=100,70 --stat-count=15
echo "The committed result: $clone/output (git -C $clone show)"
