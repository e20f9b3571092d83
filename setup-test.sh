#!/usr/bin/env bash
# Installs what the tests need and this machine lacks: Debian's packages where it may, and the npm packages of the tests.
set -euo pipefail
cd "$(dirname "$0")"

packages=()
command -v pg_virtualenv >/dev/null || packages+=(postgresql postgresql-common)
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || packages+=(postgresql)
command -v chromium >/dev/null || packages+=(chromium)
command -v openssl >/dev/null || packages+=(openssl)
command -v node >/dev/null || packages+=(nodejs npm)
/usr/bin/python3 -c 'import dkim, nacl' 2>/dev/null || packages+=(python3 python3-dkim python3-nacl)
if [ "${#packages[@]}" -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${packages[@]}" >/dev/null
  else
    echo "The tests need ${packages[*]}. Install them first: sudo apt-get install ${packages[*]}" >&2
    exit 1
  fi
fi

rustup component list --installed 2>/dev/null | grep -q '^clippy' || rustup component add clippy rustfmt

for folder in end2end server/tests/smtp-peer; do
  if [ ! -d "$folder/node_modules" ] || [ "$folder/package-lock.json" -nt "$folder/node_modules" ]; then
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund
    touch "$folder/node_modules"
  fi
done
