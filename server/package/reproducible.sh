#!/usr/bin/env bash
# Builds the newest commit twice from nothing, in two places and at two times, as two people would,
# and compares what came out, byte by byte.
set -euo pipefail
cd "$(dirname "$0")/../.."

scratch=$(mktemp -d)
trap 'rm -rf --one-file-system "$scratch"' EXIT
unset CARGO_TARGET_DIR RUSTFLAGS

# Builds in this folder, with this mask, time zone and language.
build() {
  mkdir -p "$1"
  git clone --quiet . "$1/alongside"
  (cd "$1/alongside" && umask "$2" && TZ=$3 LC_ALL=$4 server/package/build.sh) >"$1/log" 2>&1 \
    || { tail -20 "$1/log" >&2; exit 1; }
  (cd "$1/alongside/target" && sha256sum release/alongside release/alongside.cdx.json site/pkg/*) >"$1/sums"
}

echo "== once"
build "$scratch/one" 022 Europe/London C.UTF-8
echo "== and once more, elsewhere"
build "$scratch/another-place-with-a-longer-name" 077 Pacific/Auckland C

cat "$scratch/one/sums"
if ! diff "$scratch/one/sums" "$scratch/another-place-with-a-longer-name/sums"; then
  for copy in one another-place-with-a-longer-name; do
    echo "Folders named in the program of $copy:" >&2
    grep --text --only-matching -E "$scratch[^[:cntrl:]\"]{0,100}" "$scratch/$copy/alongside/target/release/alongside" | sort -u | head -5 >&2 || true
  done
  echo "FAILED: two builds of $(git rev-parse HEAD) differ" >&2
  exit 1
fi
echo "Two builds of $(git rev-parse HEAD) are the same."
