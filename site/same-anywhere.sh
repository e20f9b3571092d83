#!/usr/bin/env bash
# Flags for rustc that take the folders of this machine out of what it makes, so that whoever builds
# the same gets the same. No folder may have a space in its name.
set -euo pipefail
cd "$(dirname "$0")/.."

commit=$(rustc -vV | sed -n 's/^commit-hash: //p')
echo "--remap-path-prefix=$PWD=/alongside" \
  "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=/crates" \
  "--remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust=/rustc/$commit"
