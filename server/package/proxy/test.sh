#!/usr/bin/env bash
# Tries the sample configurations with the demonstration behind them:
#   server/package/proxy/test.sh [PROGRAM]
# Each proxy that is not installed is left out, and said so; with CI or REQUIRE_PROXIES set that is
# a failure. It needs openssl and curl.
set -euo pipefail
export PATH="$PATH:/usr/sbin"

program=$(realpath "${1:-target/debug/alongside}")
here=$(realpath "$(dirname "$0")")

missing=()
command -v nginx >/dev/null || missing+=(nginx)
command -v caddy >/dev/null || missing+=(Caddy)
if [ "${#missing[@]}" -gt 0 ] && [ -n "${CI:-}${REQUIRE_PROXIES:-}" ]; then
  echo "FAILED: not installed: ${missing[*]} (make setup-test)" >&2
  exit 1
fi
[ "${#missing[@]}" -lt 2 ] || { echo "Neither nginx nor Caddy is installed: their samples are left out"; exit 0; }

# A port that nobody has, among 6,000: below those that the system gives to whoever asks for any.
free_port() {
  local port
  while true; do
    port=$(($1 + RANDOM % 6000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

scratch=$(mktemp -d)
chmod 755 "$scratch"
host=localhost http=$(free_port 10000) https=$(free_port 16000) inner=$(free_port 22000)
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
ask() { curl --silent --show-error --max-time 60 --cacert "$scratch/cert.pem" "$@"; }
status() { ask --output /dev/null --write-out '%{http_code}' "$@"; }
in_small() { tr -d '\r' | sed -E 's/^[^: ]+:/\L&/'; }
# The head of an answer; what comes after it is in `page`.
head_of() {
  local head
  # A proxy that refuses what is still on its way may close before its answer has been read, on a
  # machine that is busy.
  for _ in 1 2 3 4 5; do
    head=$(ask --output "$scratch/page" --dump-header - "$@") && break
  done
  in_small <<<"$head"
}
# Bytes as they are, which no browser sends.
say() { { cat; sleep 0.5; } | timeout 2 openssl s_client -quiet -connect "$host:$https" -servername "$host" 2>/dev/null || true; }
until_it_answers() {
  for _ in $(seq 300); do
    [ "$(curl --silent --insecure --output /dev/null --write-out '%{http_code}' "$1" || true)" = 200 ] && return
    sleep 0.1
  done
  cat "$scratch"/*.out >&2
  fail "$1 does not answer"
}

# The second time the demonstration is there already.
start() {
  mkdir -p "$scratch/data"
  (cd "$scratch/data" && exec env -i PATH="$PATH" LISTEN="127.0.0.1:$inner" PUBLIC_URL="$site" \
    TRUSTED_PROXY=127.0.0.1 METRICS=off LEAST_FREE_MB=0 "$program" serve --demo) >>"$scratch/program.out" 2>&1 &
  running=$!
  until_it_answers "http://127.0.0.1:$inner/healthz"
}

stop() {
  kill "$running"
  wait "$running" || true
  running=
}

# The headers that the program itself sends there, but for those that differ each time.
program_sends() {
  head_of "${@:2}" "http://127.0.0.1:$inner$1" | sed '1d; /^$/d' \
    | grep --invert-match -E '^(allow|connection|content-length|content-type|date|etag|last-modified|location|retry-after|set-cookie|transfer-encoding|vary):'
}

# Whether this answer has each of these headers, once and as it is there.
has_headers() {
  local head line
  head=$(cat)
  while IFS= read -r line; do
    [ "$(grep --count "^${line%%:*}:" <<<"$head")" = 1 ] && grep --quiet --line-regexp --fixed-strings -e "$line" <<<"$head" \
      || fail "$1: not once: $line: $head"
  done <<<"$2"
  ! grep --quiet -E '^server:.*[0-9]|^x-powered-by:' <<<"$head" || fail "$1 says what it is made with: $head"
}

# What must be so behind any proxy whose logs are in this folder.
try() {
  local secret=Zaunkoenig0123456789abcdef log=$1 before head page path

  head=$(head_of "http://$host:$http/topics?search=a")
  # Caddy leaves the port out, which is its own for https.
  grep --quiet -E "^location: https://$host(:$https)?/topics\?search=a$" <<<"$head" || fail "http leads elsewhere: $head"
  # The standard says that this belongs to https alone.
  ! grep --quiet -E '^strict-transport-security:|^server:.*[0-9]' <<<"$head" || fail "a redirect from http: $head"

  for path in / /nope /account; do
    head_of "$site$path" | has_headers "$path" "$(program_sends "$path")"
  done
  [ "$(status "$site/")" = 200 ] || fail "the home page is not there"
  for before in tls1_1 tls1_2; do
    head=$(openssl s_client -connect "$host:$https" -servername "$host" -"$before" -cipher ALL:@SECLEVEL=0 </dev/null 2>/dev/null || true)
    [ "$(grep --count 'Cipher is (NONE)' <<<"$head")" = "$([ $before = tls1_1 ] && echo 1 || echo 0)" ] || fail "$before: $head"
  done

  head=$(head_of --header "Origin: $site" --data 'email=parent@example.org&password=alongside-demo' "$site/sign-in")
  grep --quiet '^set-cookie: __Host-session=.*; HttpOnly; SameSite=Lax; Secure$' <<<"$head" || fail "signing in: $head"
  [ "$(status --header 'Origin: https://evil.example' --data 'email=a&password=b' "$site/sign-in")" = 403 ] \
    || fail "a form from another website is let in"
  head -c 2000000 /dev/zero | tr '\0' a >"$scratch/long"
  [ "$(status --data-binary "@$scratch/long" "$site/search")" != 000 ] || fail "a long form gets no answer"
  [ "$(status --header "Origin: $site" --data-binary "@$scratch/long" "$site/sign-in")" = 413 ] || fail "a long form is not refused"

  step "what the program reads, the proxy lets through"
  # Just below its 64 MiB.
  truncate --size 66500000 "$scratch/large"
  before=$(status --form "file=@$scratch/large" "http://127.0.0.1:$inner/admin/contact")
  page=$(status --form "file=@$scratch/large" "$site/admin/contact")
  [ "$page" = "$before" ] || fail "a large file gets $page, and $before by the program"
  # What it refuses without reading it to the end.
  page=$(status --http1.1 --header "Origin: $site" --data-binary "@$scratch/large" "$site/sign-in")
  [ "$page" = 413 ] || fail "a form of 66 MB gets $page"

  step "what the proxy says by itself"
  truncate --size 75000000 "$scratch/large"
  page=$(head_of --form "file=@$scratch/large" "$site/admin/contact")
  grep --quiet -E '^HTTP/[0-9.]+ 413' <<<"$page" || fail "what is too large: $page"
  has_headers "what is too large" "$own" <<<"$page"
  grep --quiet 'That file is too large' "$scratch/page" || fail "what is too large: $(cat "$scratch/page")"
  # Whether the proxy answers these or the program, whose policy is that of the page.
  head_of --request TRACE "$site/" | has_headers "TRACE" "$common"
  # nginx ends a connection of HTTP/2 for that.
  head_of --http1.1 "$site/$(head -c 9000 "$scratch/long")" | has_headers "a long address" "$common"
  head=$(printf 'GET /%s HTTP/1.1\r\nHost: %s\r\n\0\r\n\r\n' "$secret" "$host" | say | in_small)
  grep --quiet '^HTTP/1.1 400' <<<"$head" || fail "what is no HTTP: $head"
  # Caddy gives those no headers, and they are no pages.
  grep --quiet '^content-type: text/plain' <<<"$head" || has_headers "what is no HTTP" "$own" <<<"$head"

  step "what is written down"
  status --referer "$site/sign-in/$secret" --user-agent "$secret" "$site/sign-in/$secret?then=$secret" >/dev/null
  status --data "search=$secret" "$site/consultations/$secret/answers/$secret" >/dev/null
  status "$site/search?search=$secret" >/dev/null
  status --cookie "answers=$secret" "$site/$secret" >/dev/null
  # Someone goes away in the middle, and some speak no TLS.
  printf 'POST /sign-in HTTP/1.1\r\nHost: %s\r\nReferer: /%s\r\nContent-Length: 9\r\n\r\na' "$host:$https" "$secret" | say >/dev/null
  for before in 'GET / HTTP/1.0\r\n\r\n' '\x16\x03\x01\x00\x05hello' '\x16\x03\x03\x00\x00\x16\x03\x03\x00\x00' '\x16\x03\x09\xff\xff'; do
    printf "$before%9000s" a >"$scratch/bytes"
    # The proxy may close before it has read all of it.
    timeout 1 bash -c "exec 3<>/dev/tcp/127.0.0.1/$https; cat '$scratch/bytes' >&3; cat <&3" >/dev/null 2>&1 || true
  done
  stop
  head=$(head_of "$site/read/$secret")
  grep --quiet -E '^HTTP/[0-9.]+ 503' <<<"$head" || fail "while the program is away: $head"
  has_headers "the page while the program is away" "$own"$'\n'"retry-after: 30" <<<"$head"
  grep --quiet 'Back in a minute' "$scratch/page" || fail "while the program is away: $(cat "$scratch/page")"
  start
  sleep 1
  ! grep --recursive --ignore-case "$secret" "$log" "$scratch"/*.out || fail "a secret is in the log"
  ! grep --recursive -E '127\.0\.0\.1|::1' "$log" || fail "whose machine it was is in the log"
  grep --recursive --quiet -E 'GET.*/sign-in' "$log" || fail "nothing is written down"

  step "whose machine it is"
  # Two thousand at once are let in, and then a hundred a second: six thousand are too many, from
  # whatever address they say they come.
  before=$(ask --parallel --parallel-max 20 --output /dev/null --write-out '%{http_code}\n' \
    --header 'X-Forwarded-For: 203.0.113.7' "$site/favicon.svg?[1-6000]" 2>/dev/null | grep --count '^429$' || true)
  [ "$before" -gt 0 ] || fail "a flood is let in"
  [ "$(status "$site/favicon.svg?[1-300]" | grep --count --only-matching 429)" -gt 0 ] \
    || fail "what the browser says about its address is believed"
}

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$host" -addext "subjectAltName=DNS:$host" \
  -keyout "$scratch/key.pem" -out "$scratch/cert.pem" 2>/dev/null

start
# What the proxies' own pages must send is what the program sends with an error that has no page.
own=$(program_sends /nope --header 'Accept: text/plain')
common=$(grep --invert-match '^content-security-policy:' <<<"$own")
grep --quiet '^strict-transport-security:' <<<"$own" || fail "the program does not know that it is behind https: $own"

if command -v nginx >/dev/null; then
  step "nginx: the sample is valid"
  mkdir "$scratch/nginx"
  # Only names, ports and places are changed.
  sed "s#/etc/letsencrypt/live/alongside.example.org/fullchain.pem#$scratch/cert.pem#; \
    s#/etc/letsencrypt/live/alongside.example.org/privkey.pem#$scratch/key.pem#; \
    s#https://alongside.example.org\\\$#$site\$#; s#alongside\\.example\\.org#$host#; \
    s#127.0.0.1:3000#127.0.0.1:$inner#; s#/var/log/nginx#$scratch/nginx#; \
    s#listen 80;#listen 127.0.0.1:$http;#; s#listen 443 #listen 127.0.0.1:$https #; /listen \\[::\\]/d" \
    "$here/nginx.conf" >"$scratch/site.conf"
  cat >"$scratch/nginx.conf" <<CONF
pid $scratch/nginx.pid;
daemon off;
error_log $scratch/nginx/own.log;
events { worker_connections 256; }
http {
    access_log $scratch/nginx/others.log;
    client_body_temp_path $scratch/body;
    proxy_temp_path $scratch/temp;
    fastcgi_temp_path $scratch/fastcgi;
    uwsgi_temp_path $scratch/uwsgi;
    scgi_temp_path $scratch/scgi;
    include $scratch/site.conf;
}
CONF
  nginx -t -q -e "$scratch/nginx.out" -c "$scratch/nginx.conf"
  nginx -e "$scratch/nginx.out" -c "$scratch/nginx.conf" >>"$scratch/nginx.out" 2>&1 &
  proxy=$!
  until_it_answers "$site/healthz"
  try "$scratch/nginx"
  kill "$proxy"; wait "$proxy" || true; proxy=
  # What the flood used up is given back.
  stop
  start
else
  echo "nginx is not installed: its sample is left out"
fi

if command -v caddy >/dev/null; then
  step "Caddy: the sample is valid"
  mkdir "$scratch/caddy"
  sed "s#^{\$#{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port $http\n\thttps_port $https\n\tauto_https disable_certs#; \
    s#^alongside.example.org {#$host {\n\ttls $scratch/cert.pem $scratch/key.pem#; \
    s#127.0.0.1:3000#127.0.0.1:$inner#; s#/var/log/caddy#$scratch/caddy#" "$here/Caddyfile" >"$scratch/Caddyfile"
  export XDG_DATA_HOME="$scratch/caddy-data" XDG_CONFIG_HOME="$scratch/caddy-config"
  caddy validate --adapter caddyfile --config "$scratch/Caddyfile" >"$scratch/validate.txt" 2>&1 || { cat "$scratch/validate.txt"; fail "the sample"; }
  caddy run --adapter caddyfile --config "$scratch/Caddyfile" >>"$scratch/caddy/own.log" 2>&1 &
  proxy=$!
  until_it_answers "$site/healthz"
  # It has said where it listens.
  : >"$scratch/caddy/own.log"
  try "$scratch/caddy"
  kill "$proxy"; wait "$proxy" || true; proxy=
else
  echo "Caddy is not installed: its sample is left out"
fi
echo "What is installed here leads to the program as it should."
