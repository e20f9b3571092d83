#!/usr/bin/env bash
# Builds what is shipped: target/release/alongside, and beside it the list of what is in it.
set -euo pipefail
cd "$(dirname "$0")/../.."

site/build.sh

# What `.cargo/config.toml` says is added to, not replaced, by the flags of a target.
host=$(rustc -vV | sed -n 's/^host: //p')
flags=CARGO_TARGET_$(tr 'a-z-' 'A-Z_' <<<"$host")_RUSTFLAGS
export "$flags=$(site/same-anywhere.sh)"
# Likewise for what is written in C.
export CFLAGS="-ffile-prefix-map=$PWD=/alongside -ffile-prefix-map=${CARGO_HOME:-$HOME/.cargo}/registry/src=/crates"

cargo build --release --locked -p server
node server/package/sbom.mjs >target/release/alongside.cdx.json
