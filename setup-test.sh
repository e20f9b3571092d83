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

# Without these `make proxies` leaves their samples out; with CI or REQUIRE_PROXIES set it may not.
export PATH="$PATH:/usr/sbin"
proxies=()
command -v nginx >/dev/null || proxies+=(nginx-light)
command -v caddy >/dev/null || proxies+=(caddy)
if [ "${#proxies[@]}" -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    # Debian starts what it installs, and these would serve a page to the network.
    services=()
    for service in nginx caddy; do
      command -v "$service" >/dev/null || services+=("$service")
    done
    if [ ! -e /usr/sbin/policy-rc.d ]; then
      trap 'rm -f /usr/sbin/policy-rc.d' EXIT
      install -m 755 /dev/stdin /usr/sbin/policy-rc.d <<<$'#!/bin/sh\nexit 101'
      is_held=yes
    fi
    [ "${#packages[@]}" -gt 0 ] || apt-get update -qq || true
    for package in "${proxies[@]}"; do
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null \
        || echo "$package can't be installed here" >&2
    done
    if [ -n "${is_held:-}" ]; then
      rm -f /usr/sbin/policy-rc.d
      [ ! -d /run/systemd/system ] || systemctl --quiet disable "${services[@]}" 2>/dev/null || true
    fi
  else
    echo "To try the samples for proxies too: sudo apt-get install ${proxies[*]}" >&2
  fi
  if [ -n "${CI:-}${REQUIRE_PROXIES:-}" ]; then
    command -v nginx >/dev/null && command -v caddy >/dev/null || exit 1
  fi
fi

rustup component list --installed 2>/dev/null | grep -q '^clippy' || rustup component add clippy rustfmt

for folder in end2end server/tests/smtp-peer; do
  if [ ! -d "$folder/node_modules" ] || [ "$folder/package-lock.json" -nt "$folder/node_modules" ]; then
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund
    touch "$folder/node_modules"
  fi
done
