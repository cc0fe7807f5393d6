#!/bin/sh
# verify.sh FOLDER VERSION=SHA256 ... compares the folders of versions with their digests. A digest is the sha256 of the list
# of the sha256 sums of all files of a version, sorted by name, so that a file too much is found as well as one that is missing.
set -eu
cd "$1"
shift
for pair in "$@"; do
  version="${pair%%=*}"
  wanted="${pair#*=}"
  if [ ! -d "$version" ]; then
    echo "version $version is not there" >&2
    exit 1
  fi
  odd="$(find "$version" ! -type f ! -type d)"
  if [ -n "$odd" ]; then
    echo "version $version holds something that is neither file nor folder: $odd" >&2
    exit 1
  fi
  found="$(cd "$version" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)"
  found="${found%% *}"
  if [ "$found" != "$wanted" ]; then
    echo "version $version has digest sha256:$found, but sha256:$wanted is wanted" >&2
    exit 1
  fi
  echo "version $version is sha256:$wanted"
done
