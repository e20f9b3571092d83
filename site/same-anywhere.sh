#!/usr/bin/env bash
# Flags for rustc that take the folders of this machine out of what it makes, so that whoever builds
# the same gets the same. No folder may have a space in its name.
set -euo pipefail
cd "$(dirname "$0")/.."

commit=$(rustc -vV | sed -n 's/^commit-hash: //p')
registry=${CARGO_HOME:-$HOME/.cargo}/registry/src
# On a new machine there is no such folder yet, and the flags would change once there is.
cargo fetch --quiet --locked >&2 || true
flags=("--remap-path-prefix=$PWD=/alongside" "--remap-path-prefix=$registry=/crates")
# The last that fits counts. The name of the registry would be in the browser's program once for each
# place that can fail.
for folder in "$registry"/*/; do
  flags+=("--remap-path-prefix=${folder%/}=/crates")
done
echo "${flags[@]}" \
  "--remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust=/rustc/$commit"
