#!/usr/bin/env bash
# Builds the programs for the browser into target/site/pkg, and fetches what is missing for them.
#
#   site/build.sh                 fails when it cannot be built
#   site/build.sh --if-possible   says so and goes on: every page works without it

set -euo pipefail
cd "$(dirname "$0")/.."

target=wasm32-unknown-unknown

main() {
  case "${1:-}" in
    "") if_possible=no ;;
    --if-possible) if_possible=yes ;;
    *) echo "usage: site/build.sh [--if-possible]" >&2; exit 2 ;;
  esac

  fetch_target || give_up "Rust has no target $target, and rustup could not add it"
  fetch_tools || go_on_larger
  build_programs || give_up "they did not compile for $target"
  cargo run -p site || give_up "its last step failed"
}

fetch_target() {
  [[ -d "$(rustc --print target-libdir --target "$target")" ]] || rustup target add "$target"
}

# npm writes node_modules/.package-lock.json last, so half an installation is none.
fetch_tools() {
  if [[ ! site/node_modules/.package-lock.json -nt site/package-lock.json ]]; then
    npm ci --prefix site --no-audit --no-fund
  fi
}

# Both at once: the last step of each takes one core.
build_programs() {
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$(site/same-anywhere.sh)" \
  cargo build -p islands -p organisers --lib --target "$target" --profile wasm-release \
    --no-default-features --features organisers/hydrate
}

go_on_larger() {
  if [[ $if_possible == no ]]; then
    echo "npm could not fetch the tools that make the browser programs small." >&2
    exit 1
  fi
}

# An older program must not meet newer pages, so none is left behind.
give_up() {
  if [[ $if_possible == yes ]]; then
    rm -rf target/site/pkg
    echo "The programs for the browser could not be built ($1). All pages work without them."
    exit 0
  fi
  echo "The programs for the browser could not be built ($1)." >&2
  exit 1
}

main "$@"
