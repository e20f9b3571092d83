#!/usr/bin/env bash
# Installs the package in a Debian of its own, runs it there as its own user, upgrades it and takes it away again:
#   server/package/test.sh OLD.deb NEW.deb
# Needs root, debootstrap and systemd-analyze.
set -euo pipefail

old=$(realpath "$1") new=$(realpath "$2")
root=$(mktemp -d)
chmod 755 "$root"
port=3987
running=

finish() {
  [ -z "$running" ] || kill "$running" 2>/dev/null || true
  rm -rf --one-file-system "$root"
}
trap finish EXIT

step() { echo "== $1"; }
fail() { echo "FAILED: $1" >&2; exit 1; }
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
as_its_user() { chroot --userspec=alongside:alongside "$root" /usr/bin/env -i PATH=/usr/bin:/bin "$@"; }
alongside() { as_its_user alongside --settings /etc/alongside/alongside.env "$@"; }
answer() { curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port$1" || true; }

# As the unit starts it, but for the hardening, which needs systemd itself.
start() {
  local command
  command=$(sed -n 's/^ExecStart=//p' "$root/lib/systemd/system/alongside.service")
  # No function in between: the process to stop is the program itself.
  chroot --userspec=alongside:alongside "$root" /usr/bin/env -i PATH=/usr/bin:/bin \
    sh -c "cd /var/lib/alongside && exec $command" >"$root/log" 2>&1 &
  running=$!
  for _ in $(seq 100); do
    [ "$(answer /readyz)" = 200 ] && return
    kill -0 "$running" 2>/dev/null || break
    sleep 0.2
  done
  cat "$root/log" >&2
  fail "it did not become ready"
}

stop() {
  kill -TERM "$running"
  wait "$running" || fail "it did not end well"
  running=
}

step "a Debian"
debootstrap --variant=minbase --include=adduser,init-system-helpers,systemd bookworm "$root" >/dev/null

step "installing"
cp "$old" "$root/old.deb"
inside dpkg -i /old.deb >/dev/null
[ "$(stat -c '%a %U %G' "$root/etc/alongside/alongside.env")" = "640 root $(stat -c %G "$root/etc/alongside/alongside.env")" ] \
  || fail "everybody reads the settings"
inside runuser -u nobody -- cat /etc/alongside/alongside.env 2>/dev/null && fail "everybody reads the settings"
systemd-analyze verify --root="$root" /lib/systemd/system/alongside.service
exposure=$(systemd-analyze security --offline=yes "$root/lib/systemd/system/alongside.service" | sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p')
awk -v at="$exposure" 'BEGIN { exit !(at < 2) }' || fail "the unit gives rights that the program does not need: $exposure"

step "settings, and a first start"
sed -i "s/^LISTEN=.*/LISTEN=127.0.0.1:$port/; \$a METRICS=off\nLEAST_FREE_MB=0" "$root/etc/alongside/alongside.env"
alongside check-config
start
[ "$(answer /)" = 200 ] || fail "home is not there"
alongside invite organiser@example.org --role organiser
stop
before=$(alongside backup /var/backups/alongside)

step "upgrading"
cp "$new" "$root/new.deb"
inside dpkg -i --force-confold /new.deb >/dev/null
grep -q "^LISTEN=127.0.0.1:$port" "$root/etc/alongside/alongside.env" || fail "the settings are gone"
start
stop
after=$(alongside backup /var/backups/alongside)
echo "$before"
echo "$after"
alongside backup-check /var/backups/alongside

step "taking it away"
inside dpkg --purge alongside >/dev/null
[ -e "$root/var/lib/alongside/alongside.db" ] || fail "what families wrote is gone"
[ -e "$root/usr/bin/alongside" ] && fail "the program is still there"
echo "The package installs, runs, upgrades and goes."
