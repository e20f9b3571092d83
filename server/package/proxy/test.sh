#!/usr/bin/env bash
# Tries the sample configurations with the demonstration behind them:
#   server/package/proxy/test.sh [PROGRAM]
# Each proxy that is not installed is left out, and said so. It needs openssl and curl, and uses the
# ports 4101 to 4103 of this machine.
set -euo pipefail

program=$(realpath "${1:-target/debug/alongside}")
here=$(realpath "$(dirname "$0")")
scratch=$(mktemp -d)
chmod 755 "$scratch"
host=localhost http=4101 https=4102 inner=4103
site=https://$host:$https
running= proxy=

finish() {
  [ -z "$proxy" ] || kill "$proxy" 2>/dev/null || true
  [ -z "$running" ] || kill "$running" 2>/dev/null || true
  wait
  rm -rf --one-file-system "$scratch"
}
trap finish EXIT

step() { echo "== $1"; }
fail() { echo "FAILED: $1" >&2; exit 1; }
# What is asked by way of the proxy; nobody signed its certificate but us.
ask() { curl --silent --show-error --max-time 20 --cacert "$scratch/cert.pem" "$@"; }
status() { ask --output /dev/null --write-out '%{http_code}' "$@"; }
head_of() { ask --output /dev/null --dump-header - "$@" | tr -d '\r'; }
until_it_answers() {
  for _ in $(seq 300); do
    [ "$(curl --silent --insecure --output /dev/null --write-out '%{http_code}' "$1" || true)" = 200 ] && return
    sleep 0.1
  done
  cat "$scratch"/*.out >&2
  fail "$1 does not answer"
}

start() {
  rm -rf "$scratch/data"
  mkdir "$scratch/data"
  (cd "$scratch/data" && exec env -i PATH="$PATH" LISTEN="127.0.0.1:$inner" PUBLIC_URL="$site" \
    TRUSTED_PROXY=127.0.0.1 METRICS=off LEAST_FREE_MB=0 "$program" serve --demo) >"$scratch/program.out" 2>&1 &
  running=$!
  until_it_answers "http://127.0.0.1:$inner/healthz"
}

stop() {
  kill "$running"
  wait "$running" || true
  running=
}

# Every answer that is a page: the program's, and the proxy's own.
has_headers() {
  local head
  head=$(cat)
  for line in "strict-transport-security: max-age=31536000; includeSubDomains" "x-content-type-options: nosniff" \
    "referrer-policy: same-origin" "cross-origin-opener-policy: same-origin" \
    "cross-origin-resource-policy: same-origin" "cross-origin-embedder-policy: require-corp"; do
    [ "$(grep --ignore-case --count "^$line\$" <<<"$head")" = 1 ] || fail "$1: not once: $line: $head"
  done
  grep --ignore-case --quiet "^content-security-policy: default-src 'none';.*frame-ancestors 'none'" <<<"$head" || fail "$1: $head"
  ! grep --ignore-case --quiet -E '^server:.*[0-9]|^x-powered-by:' <<<"$head" || fail "$1 says what it is made with: $head"
}

# What must be so behind any proxy whose logs are in this folder.
try() {
  local secret=Zaunkoenig0123456789abcdef log=$1 head before

  before=$(curl --silent --output /dev/null --write-out '%{http_code} %{redirect_url}' "http://$host:$http/topics?search=a")
  # Caddy leaves the port out, which is its own for https.
  [[ "$before" =~ ^30[18]\ https://$host(:$https)?/topics\?search=a$ ]] || fail "http leads to $before"

  head_of "$site/" | has_headers "the home page"
  head_of "$site/nope" | has_headers "a page that is not there"
  head_of "$site/account" | has_headers "a redirect"
  [ "$(status "$site/")" = 200 ] || fail "the home page is not there"
  ! openssl s_client -connect "$host:$https" -tls1_1 </dev/null >/dev/null 2>&1 || fail "TLS 1.1 is spoken"

  head=$(head_of --header "Origin: $site" --data 'email=parent@example.org&password=alongside-demo' "$site/sign-in")
  grep --ignore-case --quiet '^set-cookie: __Host-session=.*; HttpOnly; SameSite=Lax; Secure$' <<<"$head" || fail "signing in: $head"
  [ "$(status --header 'Origin: https://evil.example' --data 'email=a&password=b' "$site/sign-in")" = 403 ] \
    || fail "a form from another website is let in"
  head -c 2000000 /dev/zero | tr '\0' a >"$scratch/long"
  [ "$(status --data-binary "@$scratch/long" "$site/search")" != 000 ] || fail "a long form gets no answer"
  [ "$(status --header "Origin: $site" --data-binary "@$scratch/long" "$site/sign-in")" = 413 ] || fail "a long form is not refused"

  step "what is written down"
  status --referer "$site/sign-in/$secret" --user-agent "$secret" "$site/sign-in/$secret?then=$secret" >/dev/null
  status --data "search=$secret" "$site/consultations/$secret/answers/$secret" >/dev/null
  status "$site/search?search=$secret" >/dev/null
  status --cookie "answers=$secret" "$site/$secret" >/dev/null
  stop
  [ "$(status "$site/read/$secret")" = 503 ] || fail "it does not say that the program is away"
  head_of "$site/read/$secret" | has_headers "the page while the program is away"
  start
  sleep 1
  ! grep --recursive --ignore-case "$secret" "$log" "$scratch"/*.out || fail "a secret is in the log"
  ! grep --recursive -E '127\.0\.0\.1|::1' "$log" || fail "whose machine it was is in the log"
  grep --recursive --quiet -E 'GET.*/sign-in' "$log" || fail "nothing is written down"

  step "whose machine it is"
  # Two thousand at once are let in, and then a hundred a second: ten thousand are too many, from
  # whatever address they say they come.
  before=$(ask --parallel --parallel-max 20 --output /dev/null --write-out '%{http_code}\n' \
    --header 'X-Forwarded-For: 203.0.113.7' "$site/favicon.svg?[1-10000]" 2>/dev/null | grep --count '^429$' || true)
  [ "$before" -gt 0 ] || fail "a flood is let in"
  [ "$(status "$site/favicon.svg?[1-300]" | grep --count --only-matching 429)" -gt 0 ] \
    || fail "what the browser says about its address is believed"
}

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$host" -addext "subjectAltName=DNS:$host" \
  -keyout "$scratch/key.pem" -out "$scratch/cert.pem" 2>/dev/null

if command -v nginx >/dev/null; then
  step "nginx: the sample is valid"
  mkdir "$scratch/nginx"
  # Only names, ports and places are changed.
  sed "s#/etc/letsencrypt/live/alongside.example.org/fullchain.pem#$scratch/cert.pem#; \
    s#/etc/letsencrypt/live/alongside.example.org/privkey.pem#$scratch/key.pem#; \
    s#https://alongside.example.org\\\$#$site\$#; s#alongside\\.example\\.org#$host#; \
    s#127.0.0.1:3000#127.0.0.1:$inner#; s#/var/log/nginx#$scratch/nginx#; \
    s#listen 80;#listen $http;#; s#listen 443 #listen $https #; /listen \\[::\\]/d" \
    "$here/nginx.conf" >"$scratch/site.conf"
  cat >"$scratch/nginx.conf" <<CONF
pid $scratch/nginx.pid;
daemon off;
error_log $scratch/nginx.out warn;
events { worker_connections 256; }
http {
    access_log $scratch/nginx/others.log;
    client_body_temp_path $scratch/body;
    proxy_temp_path $scratch/temp;
    include $scratch/site.conf;
}
CONF
  nginx -t -q -c "$scratch/nginx.conf"
  start
  nginx -c "$scratch/nginx.conf" &
  proxy=$!
  until_it_answers "$site/healthz"
  try "$scratch/nginx"
  kill "$proxy"; wait "$proxy" || true; proxy=
  stop
else
  echo "nginx is not installed: its sample is left out"
fi

if command -v caddy >/dev/null; then
  step "Caddy: the sample is valid"
  mkdir "$scratch/caddy"
  sed "s#^{\$#{\n\tadmin off\n\thttp_port $http\n\thttps_port $https\n\tauto_https disable_certs#; \
    s#^alongside.example.org {#$host {\n\ttls $scratch/cert.pem $scratch/key.pem#; \
    s#127.0.0.1:3000#127.0.0.1:$inner#; s#/var/log/caddy#$scratch/caddy#" "$here/Caddyfile" >"$scratch/Caddyfile"
  export XDG_DATA_HOME="$scratch/caddy-data" XDG_CONFIG_HOME="$scratch/caddy-config"
  caddy validate --adapter caddyfile --config "$scratch/Caddyfile" >"$scratch/validate.txt" 2>&1 || { cat "$scratch/validate.txt"; fail "the sample"; }
  start
  caddy run --adapter caddyfile --config "$scratch/Caddyfile" >"$scratch/caddy.out" 2>&1 &
  proxy=$!
  until_it_answers "$site/healthz"
  try "$scratch/caddy"
  kill "$proxy"; wait "$proxy" || true; proxy=
  stop
else
  echo "Caddy is not installed: its sample is left out"
fi
echo "What is installed here leads to the program as it should."
